import { pino } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Writes one line of the log. `facts` never hold keys, secrets or bodies. */
export type Log = (level: LogLevel, msg: string, facts?: Readonly<Record<string, unknown>>) => void

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
  return (level, msg, facts = {}) => logger[level](facts, msg)
}
