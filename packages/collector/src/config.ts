import { readTrustedProxies } from './http/client-address.ts'
import { LOG_LEVELS, type LogLevel } from './log.ts'
import type { Durability } from './store/store.ts'

interface Setting {
  readonly flag: string
  readonly variable: string
  readonly initial: string
  readonly meaning: string
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
    meaning: 'addresses or subnets, with commas between, of proxies whose X-Forwarded-For the log believes',
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
  readonly logLevel: LogLevel
}

type Texts = Readonly<Record<string, string | undefined>>

/** Where settings stand, the first that names one wins. */
export interface ConfigSources {
  readonly flags: Texts
  readonly environment: Texts
  /** Text of the configuration file, if there is one: a JSON object. */
  readonly file: string | undefined
}

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Resolves flags over environment over file over defaults, and names everything that is wrong at once. */
export function resolveConfig({ flags, environment, file }: ConfigSources): ConfigOutcome {
  const inFile = readConfigFile(file)
  const text = (name: SettingName) => {
    const { flag, variable, initial } = SETTINGS[name]
    return flags[flag] ?? environment[variable] ?? inFile.texts[name] ?? initial
  }
  const [db, host, durability, logLevel] = [text('db'), text('host'), text('durability'), text('logLevel')]
  const port = /^\d{1,5}$/.test(text('port')) ? Number(text('port')) : Number.NaN
  const trustedProxies = text('trustedProxies')
    .split(',')
    .flatMap((entry) => entry.trim() || [])
  const proxies = readTrustedProxies(trustedProxies)
  const problems = [
    ...inFile.problems,
    db === '' ? 'db must be a path, got nothing' : '',
    host === '' ? 'host must be an address, got nothing' : '',
    port <= 65_535 ? '' : `port must be a whole number from 0 to 65535, got ${text('port')}`,
    isDurability(durability) ? '' : `durability must be process or power, got ${durability}`,
    isLogLevel(logLevel) ? '' : `log-level must be one of ${LOG_LEVELS.join(' ')}, got ${logLevel}`,
    'problem' in proxies
      ? `trusted-proxies must be IP addresses or subnets such as 10.0.0.0/8, got ${proxies.problem}`
      : '',
  ].filter((problem) => problem !== '')
  if (problems.length > 0 || !isDurability(durability) || !isLogLevel(logLevel)) return { ok: false, problems }
  return { ok: true, config: { db, port, host, durability, trustedProxies, logLevel } }
}

interface FileTexts {
  readonly texts: Texts
  readonly problems: readonly string[]
}

/** Texts, and numbers and lists as they would stand on the command line. */
function readConfigFile(file: string | undefined): FileTexts {
  if (file === undefined) return { texts: {}, problems: [] }
  const settings = parseObject(file)
  if (settings === undefined) return { texts: {}, problems: ['The configuration file must hold one JSON object'] }
  const texts: Record<string, string> = {}
  const problems: string[] = []
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(SETTINGS, name)) {
      problems.push(`The configuration file names ${name}: there are only ${Object.keys(SETTINGS).join(', ')}`)
    } else if (Array.isArray(value) || typeof value === 'string' || typeof value === 'number') {
      texts[name] = String(value)
    } else {
      problems.push(`${name} in the configuration file must be a text, a number or a list of texts`)
    }
  }
  return { texts, problems }
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isDurability(text: string): text is Durability {
  return text === 'process' || text === 'power'
}

function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text)
}
