import type { Identity } from '../capture/identity.ts'
import type { SafeStorage } from './safe-storage.ts'

/** Identity of a browser: an anonymous id until `identify`, both kept in storage once that is allowed. */
export interface PageIdentity extends Identity {
  /** Storage may be used (`true`), or must be left and what is there erased (`false`). */
  persist(allowed: boolean): void
}

/** `createId` must be unguessable and never repeat: it stands for a person. Without it there is no anonymous id. */
export function createPageIdentity(
  storage: SafeStorage,
  prefix: string,
  createId: (() => string) | undefined,
): PageIdentity {
  const anonymousEntry = `${prefix}anonymous`
  const userEntry = `${prefix}user`
  let anonymousId: string | undefined
  let user: string | undefined
  let isPersistent = false
  // Said before storage might be used: what an earlier visit left there must not undo it.
  let wasReset = false

  function save(entry: string, value: string | undefined) {
    if (!isPersistent) return
    if (value === undefined) storage.erase(entry)
    else storage.write(entry, value)
  }

  function anonymous() {
    if (anonymousId === undefined) save(anonymousEntry, (anonymousId = createId?.()))
    return anonymousId
  }

  function reset() {
    wasReset = true
    save(userEntry, (user = undefined))
    save(anonymousEntry, (anonymousId = undefined))
  }

  return {
    userId: () => user ?? anonymous(),
    identify(userId) {
      save(userEntry, (user = userId))
      return anonymous()
    },
    reset,
    persist(allowed) {
      isPersistent = true
      if (!allowed) reset()
      isPersistent = allowed
      if (!allowed) return
      if (!wasReset) {
        user ??= storage.read(userEntry)
        anonymousId = storage.read(anonymousEntry) ?? anonymousId
      }
      save(userEntry, user)
      save(anonymousEntry, anonymousId)
    },
  }
}
