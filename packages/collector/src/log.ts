/** Writes one line of the log. `facts` never hold keys, secrets or bodies. */
export type Log = (level: 'info' | 'error', msg: string, facts?: Readonly<Record<string, unknown>>) => void

/** A log of one JSON object a line. */
export function createJsonLog(write: (line: string) => void, now: () => number): Log {
  return (level, msg, facts = {}) => {
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, msg, ...facts })}\n`)
  }
}
