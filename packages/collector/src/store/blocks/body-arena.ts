const CHUNK_BYTES = 4 * 1024 * 1024

/** What an array of doubles may begin at. */
const ALIGNMENT = 8

/**
 * Memory for bodies that are needed together, in few large pieces: what a driver allocates for each would live until the whole heap
 * is looked through, and leave holes in the memory of the process.
 */
export interface BodyArena {
  /** Begins where an array of doubles may. */
  copyOf(body: Buffer): Buffer
}

export function createBodyArena(): BodyArena {
  let chunk = Buffer.alloc(0)
  let end = 0
  return {
    copyOf(body) {
      if (end + body.length > chunk.length) {
        chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, body.length))
        end = 0
      }
      const copy = chunk.subarray(end, end + body.length)
      copy.set(body)
      end = Math.ceil((end + body.length) / ALIGNMENT) * ALIGNMENT
      return copy
    },
  }
}
