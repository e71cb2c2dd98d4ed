import { readConfigFile, type SettingTexts } from './config-file.ts'
import { readAddressList } from './http/address-list.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import type { Durability } from './store/store.ts'

interface Setting {
  readonly flag: string
  readonly variable: string
  readonly initial: string
  readonly meaning: string
  /** Whether it is a list: its flag may stand more than once, and each text holds members with commas between. */
  readonly isList?: true
}

/**
 * Every setting of `serve`: its flag, its environment variable and what it is if nobody says. In a configuration file it
 * bears the name that it has here.
 */
export const SETTINGS = {
  db: { flag: 'db', variable: 'TRUECOUNT_DB', initial: './truecount.db', meaning: 'path of the SQLite file' },
  port: { flag: 'port', variable: 'TRUECOUNT_PORT', initial: '8787', meaning: 'TCP port; 0 takes any free one' },
  host: { flag: 'host', variable: 'TRUECOUNT_HOST', initial: '127.0.0.1', meaning: 'address to listen on' },
  durability: {
    flag: 'durability',
    variable: 'TRUECOUNT_DURABILITY',
    initial: 'process',
    meaning: 'what an acknowledged event survives: process (its death) or power (its loss too, at a cost)',
  },
  trustedProxies: {
    flag: 'trusted-proxies',
    variable: 'TRUECOUNT_TRUSTED_PROXIES',
    initial: '',
    meaning:
      'addresses or subnets, with commas between, of proxies whose X-Forwarded-For the log believes; with any, the flat API wants a key and no webhook may be at loopback',
    isList: true,
  },
  webhookAllow: {
    flag: 'webhook-allow',
    variable: 'TRUECOUNT_WEBHOOK_ALLOW',
    initial: '',
    meaning: 'addresses or subnets, with commas between, that webhooks may be at although they are not public',
    isList: true,
  },
  webhookRetention: {
    flag: 'webhook-retention',
    variable: 'TRUECOUNT_WEBHOOK_RETENTION',
    initial: '30',
    meaning: 'days that a delivery is kept after it ended; off keeps them for ever',
  },
  flatApi: {
    flag: 'flat-api',
    variable: 'TRUECOUNT_FLAT_API',
    initial: 'loopback',
    meaning: 'who needs no key for the flat API: loopback (who listens there alone) or open (anybody who reaches it)',
  },
  flatProject: {
    flag: 'flat-project',
    variable: 'TRUECOUNT_FLAT_PROJECT',
    initial: '',
    meaning: 'id of the project that the flat API serves; the first if none is named',
  },
  reportMemory: {
    flag: 'report-memory',
    variable: 'TRUECOUNT_REPORT_MEMORY',
    initial: '192',
    meaning: 'megabytes of columns that are kept for the next report; what is not kept is read again',
  },
  logLevel: {
    flag: 'log-level',
    variable: 'TRUECOUNT_LOG_LEVEL',
    initial: 'info',
    meaning: 'least that is logged: debug (every request), info, warn (every request that failed) or error',
  },
} as const satisfies Record<string, Setting>

type SettingName = keyof typeof SETTINGS

export interface Config {
  readonly db: string
  readonly port: number
  readonly host: string
  readonly durability: Durability
  readonly trustedProxies: readonly string[]
  readonly webhookAllow: readonly string[]
  /** Days; `null` for ever. */
  readonly webhookRetention: number | null
  readonly flatApi: 'loopback' | 'open'
  /** The first project if it is empty. */
  readonly flatProject: string
  /** MB. */
  readonly reportMemory: number
  readonly logLevel: LogLevel
}

/** Where settings stand, the first that names one wins. */
export interface ConfigSources {
  readonly flags: SettingTexts
  readonly environment: SettingTexts
  /** Text of the configuration file, if there is one: a JSON object. */
  readonly file: string | undefined
}

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Resolves flags over environment over file over defaults, and names everything that is wrong at once. */
export function resolveConfig({ flags, environment, file }: ConfigSources): ConfigOutcome {
  const inFile = readConfigFile(file, Object.keys(SETTINGS))
  const text = (name: SettingName) => {
    const { flag, variable, initial } = SETTINGS[name]
    return flags[flag] ?? environment[variable] ?? inFile.texts[name] ?? initial
  }
  const [db, host, durability, logLevel] = [text('db'), text('host'), text('durability'), text('logLevel')]
  const port = /^\d{1,5}$/.test(text('port')) ? Number(text('port')) : Number.NaN
  const [trustedProxies, webhookAllow] = [listOf(text('trustedProxies')), listOf(text('webhookAllow'))]
  const webhookRetention = readDays(text('webhookRetention'))
  const [flatApi, flatProject] = [text('flatApi'), text('flatProject')]
  const reportMemory = /^[1-9]\d{0,5}$/.test(text('reportMemory')) ? Number(text('reportMemory')) : Number.NaN
  const problems = [
    ...inFile.problems,
    db === '' ? 'db must be a path, got nothing' : '',
    host === '' ? 'host must be an address, got nothing' : '',
    port <= 65_535 ? '' : `port must be a whole number from 0 to 65535, got ${text('port')}`,
    isDurability(durability) ? '' : `durability must be process or power, got ${durability}`,
    isLogLevel(logLevel) ? '' : `log-level must be one of ${LOG_LEVELS.join(' ')}, got ${logLevel}`,
    isFlatApi(flatApi) ? '' : `flat-api must be loopback or open, got ${flatApi}`,
    Number.isNaN(reportMemory)
      ? `report-memory must be a whole number of megabytes from 1, got ${text('reportMemory')}`
      : '',
    addressProblem('trusted-proxies', trustedProxies),
    addressProblem('webhook-allow', webhookAllow),
    Number.isNaN(webhookRetention)
      ? `webhook-retention must be a whole number of days from 1, or off, got ${text('webhookRetention')}`
      : '',
  ].filter((problem) => problem !== '')
  const known = isDurability(durability) && isLogLevel(logLevel) && isFlatApi(flatApi)
  if (problems.length > 0 || !known) return { ok: false, problems }
  const webhooks = { webhookAllow, webhookRetention }
  const flat = { flatApi, flatProject }
  return {
    ok: true,
    config: { db, port, host, durability, trustedProxies, ...webhooks, ...flat, reportMemory, logLevel },
  }
}

function listOf(text: string): readonly string[] {
  return text.split(',').flatMap((entry) => entry.trim() || [])
}

function addressProblem(flag: string, entries: readonly string[]): string {
  const read = readAddressList(entries)
  return 'problem' in read ? `${flag} must be IP addresses or subnets such as 10.0.0.0/8, got ${read.problem}` : ''
}

/** `null` for ever, NaN for what is neither days nor `off`. */
function readDays(text: string): number | null {
  if (text === 'off') return null
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : Number.NaN
}

function isDurability(text: string): text is Durability {
  return text === 'process' || text === 'power'
}

function isFlatApi(text: string): text is Config['flatApi'] {
  return text === 'loopback' || text === 'open'
}

function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text)
}
