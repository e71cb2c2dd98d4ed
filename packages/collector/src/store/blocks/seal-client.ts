import { type PackedParts, unpackParts } from './packed-parts.ts'
import { unpackUsers } from './packed-users.ts'
import type { PackedRewritten, PackedSealed, SealCalls } from './seal-calls.ts'
import type { SealThreadData } from './seal-thread.ts'
import type { Part, SealWork } from './seal-work.ts'
import { createThreadCalls } from './thread-calls.ts'
import { threadEntry } from './thread-entry.ts'

/** Several times the texts of the heaviest segment. */
const HEAP_MB = 1024

/** Has a thread of its own make segments, which is started when it is first needed. */
export function createSealClient(data: SealThreadData): SealWork {
  const calls = createThreadCalls(threadEntry('seal-thread'), data, HEAP_MB)
  const call = <Name extends keyof SealCalls>(name: Name, ...args: Parameters<SealCalls[Name]>) =>
    calls.call(name, ...args) as Promise<ReturnType<SealCalls[Name]>>
  return {
    async seal(wish) {
      const { users, segment, run }: PackedSealed = await call('seal', wish)
      return { users: unpackUsers(users), segment: unpacked(segment), run: run && unpacked(run) }
    },
    async rewrite(id) {
      const rewritten: PackedRewritten = await call('rewrite', id)
      if (rewritten.kind === 'clean') return rewritten
      return { ...rewritten, segment: unpacked(rewritten.segment), run: rewritten.run && unpacked(rewritten.run) }
    },
    async mergeRuns(ids) {
      const run = await call('mergeRuns', ids)
      return run && unpacked(run)
    },
    unusedUsers: (after, most) => call('unusedUsers', after, most),
    checkpoint: (patienceMs) => call('checkpoint', patienceMs),
    stop: calls.stop,
  }
}

function unpacked<Built extends { readonly parts: PackedParts }>(
  built: Built,
): Omit<Built, 'parts'> & { readonly parts: readonly Part[] } {
  return { ...built, parts: unpackParts(built.parts) }
}
