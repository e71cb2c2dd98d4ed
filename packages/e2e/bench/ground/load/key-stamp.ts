import { randomFillSync } from 'node:crypto'

const MARK = '"idempotency_key":"'
const KEY_BYTES = 26
const LETTERS = Buffer.from('abcdefghijklmnopqrstuvwxyz012345')
/** Drawn at once: a draw a key would cost more than the key. */
const POOL_BYTES = 64 * 1024

/** Finds the keys of a request, and returns what writes others, random ones, in their place. */
export function createKeyStamp(): (request: Buffer) => () => void {
  const pool = Buffer.alloc(POOL_BYTES)
  let used = POOL_BYTES

  function draw(): number {
    if (used === POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    return pool[used++] as number
  }

  return (request) => {
    const places: number[] = []
    for (let at = request.indexOf(MARK); at !== -1; at = request.indexOf(MARK, at + 1)) places.push(at + MARK.length)
    return () => {
      for (const place of places) {
        for (let i = place; i < place + KEY_BYTES; i++) request[i] = LETTERS[draw() & 31] as number
      }
    }
  }
}
