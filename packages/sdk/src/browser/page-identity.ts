import type { Identity } from '../capture/identity.ts'
import type { SafeStorage } from './safe-storage.ts'

/** Identity of a browser: an anonymous id until `identify`, both kept in storage once that is allowed. */
export interface PageIdentity extends Identity {
  /** Storage is open: it may be used from now on (`true`), or what is there must be erased (`false`). */
  persist(allowed: boolean): void
}

/**
 * `createId` must be unguessable and never repeat: it stands for a person. Where it gives none there is no anonymous id.
 * `storage` must leave storage alone before `persist`, and after `persist(false)`.
 */
export function createPageIdentity(
  storage: SafeStorage,
  prefix: string,
  createId: () => string | undefined,
): PageIdentity {
  let ids: { user?: string | null | undefined; anonymous?: string | null | undefined } = {}
  // Said before storage might be used: what an earlier visit left there must not undo it.
  let wasReset = false

  const read = (name: keyof typeof ids) => storage((open) => open.getItem(prefix + name))

  function save<Id extends string | null | undefined>(name: keyof typeof ids, id?: Id): Id | undefined {
    ids[name] = id
    storage((open) => (id ? open.setItem(prefix + name, id) : open.removeItem(prefix + name)))
    return id
  }

  const anonymous = () => ids.anonymous ?? save('anonymous', createId())

  function reset() {
    wasReset = true
    save('user')
    save('anonymous')
  }

  return {
    userId: () => ids.user ?? anonymous(),
    identify(userId) {
      save('user', userId)
      return anonymous()
    },
    reset,
    persist(allowed) {
      if (!allowed) reset()
      else if (!wasReset)
        ids = { user: ids.user ?? read('user'), anonymous: createId() && (read('anonymous') ?? ids.anonymous) }
      save('user', ids.user)
      save('anonymous', ids.anonymous)
    },
  }
}
