import { pino } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Writes one line of the log. `facts` never hold keys, secrets or bodies. */
export interface Log {
  (level: LogLevel, msg: string, facts?: Readonly<Record<string, unknown>>): void
  /** Lines below it are left out; none if left out itself. */
  readonly least?: LogLevel
}

/** Whether a log keeps lines of a level, for those whose facts cost something to gather. */
export function keeps({ least = 'debug' }: Log, level: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(least)
}

/** A log of one JSON object a line: `time` (ISO 8601), `level`, `msg` and the facts. Lines below `least` are left out. */
export function createJsonLog(write: (line: string) => void, now: () => number, least: LogLevel): Log {
  const logger = pino(
    {
      level: least,
      base: null,
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    { write },
  )
  const log: Log = (level, msg, facts = {}) => logger[level](facts, msg)
  return Object.assign(log, { least })
}
