import type { UserList, UserText } from './seal-work.ts'

/** Users whose ids ascend by one, in memory that another thread gets without a copy. */
export interface PackedUsers {
  readonly firstId: number
  readonly projects: Uint32Array
  readonly hashes: Float64Array
  /** UTF-8 of all texts, and where each ends. */
  readonly texts: Uint8Array
  readonly ends: Uint32Array
}

export function packUsers(users: readonly UserText[]): PackedUsers {
  const ends = new Uint32Array(users.length)
  let end = 0
  for (const [i, { text }] of users.entries()) ends[i] = end += Buffer.byteLength(text)
  const texts = Buffer.allocUnsafeSlow(end)
  for (const [i, { text }] of users.entries()) texts.write(text, ends[i - 1] ?? 0)
  return {
    firstId: users[0]?.id ?? 0,
    projects: Uint32Array.from(users, ({ project }) => project),
    hashes: Float64Array.from(users, ({ hash }) => hash),
    texts,
    ends,
  }
}

/** Makes the users that are asked for, and no more: all of a segment's at once would hold up whoever ingests. */
export function unpackUsers({ firstId, projects, hashes, texts, ends }: PackedUsers): UserList {
  const utf8 = Buffer.from(texts.buffer, texts.byteOffset, texts.length)
  const { length } = ends
  return {
    length,
    slice: (from, to) =>
      Array.from({ length: Math.max(0, Math.min(to, length) - from) }, (_, k) => {
        const i = from + k
        const text = utf8.toString('utf8', ends[i - 1] ?? 0, ends[i])
        return { id: firstId + i, project: projects[i] as number, hash: hashes[i] as number, text }
      }),
  }
}
