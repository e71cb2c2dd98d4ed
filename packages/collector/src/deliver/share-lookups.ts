import type { ResolveName } from './vetted-lookup.ts'

/** Asks for each name once at a time: whoever wants it meanwhile waits for the same answer. */
export function shareLookups(resolveName: ResolveName): ResolveName {
  const pending = new Map<string, ReturnType<ResolveName>>()
  return (hostname) => {
    const shared = pending.get(hostname)
    if (shared !== undefined) return shared
    const asked = resolveName(hostname).finally(() => pending.delete(hostname))
    pending.set(hostname, asked)
    return asked
  }
}
