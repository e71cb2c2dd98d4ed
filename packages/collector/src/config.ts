import type { Durability } from './store/store.ts'

interface Setting {
  readonly flag: string
  readonly variable: string
  readonly initial: string
  readonly meaning: string
}

/** Every setting of `serve`: its flag, its environment variable (the flag wins), what it is if neither is given. */
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
} as const satisfies Record<string, Setting>

interface Config {
  readonly db: string
  readonly port: number
  readonly host: string
  readonly durability: Durability
}

type Texts = Readonly<Record<string, string | undefined>>

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Resolves flags over environment over defaults, and names everything that is wrong at once. */
export function resolveConfig(flags: Texts, environment: Texts): ConfigOutcome {
  const text = ({ flag, variable, initial }: Setting) => flags[flag] ?? environment[variable] ?? initial
  const db = text(SETTINGS.db)
  const host = text(SETTINGS.host)
  const port = /^\d{1,5}$/.test(text(SETTINGS.port)) ? Number(text(SETTINGS.port)) : Number.NaN
  const durability = text(SETTINGS.durability)
  const problems = [
    db === '' ? 'db must be a path, got nothing' : '',
    host === '' ? 'host must be an address, got nothing' : '',
    port <= 65_535 ? '' : `port must be a whole number from 0 to 65535, got ${text(SETTINGS.port)}`,
    isDurability(durability) ? '' : `durability must be process or power, got ${durability}`,
  ].filter((problem) => problem !== '')
  if (problems.length > 0 || !isDurability(durability)) return { ok: false, problems }
  return { ok: true, config: { db, port, host, durability } }
}

function isDurability(text: string): text is Durability {
  return text === 'process' || text === 'power'
}
