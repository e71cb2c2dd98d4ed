import { readFileSync, readlinkSync } from 'node:fs'

/** Who writes a lane's folder: enough to tell, later and from another process, whether that process still lives. */
export interface LaneOwner {
  readonly pid: number
  /** The host, and the process namespace where there are such: a pid means something only inside. */
  readonly realm: string
  /** When the process started, in the kernel's own unit: a pid is used again, a pid and its start are not. */
  readonly started: string
  /** Hash of the API key that its events are for. */
  readonly key?: string
  /** It lives, and writes here no more. */
  readonly hasLeft?: true
}

/** Describes the running process. */
export function describeOwner(pid: number, hostname: string, key: string): LaneOwner {
  return { pid, key, realm: `${hostname} ${namespaceOf() ?? ''}`, started: startOf(pid) ?? '' }
}

/**
 * An owner that can't be looked up, in another container or on another host, lives while its sign is younger. One from a
 * time to come was given by a clock that was set back since, and would hold for as long as that clock was ahead.
 */
const SILENCE_MS = 60_000

/**
 * Whether the owner may still write. `silentMs`: time since its last sign of life. When in doubt it lives: a lane that
 * waits too long is sent later, a lane taken from a living owner makes what that owner writes next less durable.
 */
export function isAlive(
  owner: LaneOwner,
  self: LaneOwner,
  silentMs: number,
  kill: (pid: number, signal: 0) => unknown,
): boolean {
  if (owner.hasLeft) return false
  if (owner.realm !== self.realm) return Math.abs(silentMs) < SILENCE_MS
  if (self.started !== '') return startOf(owner.pid) === owner.started
  try {
    kill(owner.pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Linux only (proc(5): field 22 of /proc/pid/stat, counted after the command, which may hold anything). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    // No such process, or no /proc: the caller tells one from the other by asking for its own.
    return undefined
  }
}

function namespaceOf(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}
