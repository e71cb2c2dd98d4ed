import { availableParallelism, cpus, totalmem } from 'node:os'

/** On what, and when. */
export function machine(at: Date): string {
  const gib = Math.round(totalmem() / 2 ** 30)
  return `${at.toISOString().slice(0, 10)}, Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${gib} GiB`
}
