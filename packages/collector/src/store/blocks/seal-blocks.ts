import type { Database } from 'better-sqlite3'
import type { BlockRows } from './block-rows.ts'
import { weightOfBlock } from './block-weight.ts'
import { createBodyArena } from './body-arena.ts'
import { buildSegment } from './build-segment.ts'
import { newClaimKey, readClaimed } from './claim-key.ts'
import { decodeBlock } from './decode-block.ts'
import { createReadErasures } from './erasures.ts'
import { joinRows } from './join-rows.ts'
import { createKeyRunBuilder, type KeyRunBuilder } from './key-run.ts'
import { type KeptSeconds, loadKeptSeconds } from './kept-seconds.ts'
import { usersOfRows } from './row-users.ts'
import type { Sealed, SealWish, UserText } from './seal-work.ts'
import { createUserIds } from './user-ids.ts'

export interface SealedBlocks extends Sealed {
  readonly users: readonly UserText[]
}

interface BlockRow {
  readonly first: number
  readonly last: number
  readonly events: number
  readonly body: Buffer
}

/** Makes a segment and a key run of the blocks after `sealed_to`; at least one there must be. */
export function createSealBlocks(db: Database): (wish: SealWish) => SealedBlocks {
  const storage = db.prepare<[], { readonly sealedTo: number; readonly nextUser: number }>(
    'SELECT sealed_to AS sealedTo, next_user AS nextUser FROM storage',
  )
  const select = db.prepare<[number], BlockRow>(
    'SELECT first, last, events, body FROM block WHERE first > ? ORDER BY first',
  )
  const readErasures = createReadErasures(db)
  const userIds = createUserIds(db)

  return db.transaction((wish: SealWish) => {
    const { sealedTo, nextUser } = storage.get() as { readonly sealedTo: number; readonly nextUser: number }
    const erasures = readErasures()
    const keptSeconds = loadKeptSeconds(db)
    const keys = createKeyRunBuilder()
    const parts: { readonly block: BlockRows; readonly rows: Uint32Array | undefined }[] = []
    const arena = createBodyArena()
    let first = 0
    let last = 0
    let weight = 0
    for (const row of select.iterate(sealedTo)) {
      const block = decodeBlock(row.first, arena.copyOf(row.body))
      parts.push({ block, rows: erasures.keptRows(block) })
      addKeys(keys, block, keptSeconds)
      first ||= row.first
      last = row.last
      weight += weightOfBlock(row.events, row.body.length)
      if (weight >= wish.minWeight || last >= wish.upTo) break
    }
    const rows = joinRows(parts)
    const { places, users } = usersOfRows(rows)
    const { ids, newUsers } = userIds(users, nextUser)
    const segment = buildSegment({ first, last, erasedTo: erasures.lastId }, rows, { places, ids })
    return { segment, users: newUsers, run: keys.build(first, last) }
  })
}

/** Keys of hidden events too: that a key was used does not end with its event. */
function addKeys(
  keys: KeyRunBuilder,
  { claims, numbers, projects, times, users }: BlockRows,
  keptSeconds: KeptSeconds,
): void {
  const key = newClaimKey()
  // Filled again and again, as the key is: so many objects would be the most of what this thread throws away.
  const event = { project: 0, number: 0, timeMs: 0, userId: null as string | null }
  for (let row = 0; row < numbers.length; row++) {
    if (claims.length(row) === 0) continue
    const place = users.places[row] as number
    event.project = projects[row] as number
    event.number = numbers[row] as number
    event.timeMs = times[row] as number
    event.userId = place === 0 ? null : (users.texts[place] as string)
    const seconds = keptSeconds(event)
    if (seconds === undefined) continue
    readClaimed(key, event.project, claims, row)
    keys.add(key, seconds)
  }
}
