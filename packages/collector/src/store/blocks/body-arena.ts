const CHUNK_BYTES = 4 * 1024 * 1024

/** Chunks that are kept for the next segment: enough for one of events of the usual size. */
const KEPT_CHUNKS = 12

/** What an array of doubles may begin at. */
const ALIGNMENT = 8

/**
 * Memory for bodies that are needed together, used again and again: what a driver allocates for each would live until the
 * whole heap is looked through.
 */
export interface BodyArena {
  /** Good until the arena is cleared. Begins where an array of doubles may. */
  copyOf(body: Buffer): Buffer
  clear(): void
}

export function createBodyArena(): BodyArena {
  let chunks: Buffer[] = []
  let chunk = 0
  let end = 0

  /** Makes room, of a chunk or in a larger one of its own. */
  function place(length: number): Buffer {
    if (chunk < chunks.length && end + length > (chunks[chunk] as Buffer).length) {
      chunk += 1
      end = 0
    }
    const current = chunks[chunk]
    if (current === undefined || current.length < length) {
      chunks.splice(chunk, 0, Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length)))
    }
    const start = end
    end = Math.ceil((start + length) / ALIGNMENT) * ALIGNMENT
    return (chunks[chunk] as Buffer).subarray(start, start + length)
  }

  return {
    copyOf(body) {
      const copy = place(body.length)
      copy.set(body)
      return copy
    },
    clear() {
      // What one large body needed is not kept for ever.
      chunks = chunks.filter(({ length }) => length === CHUNK_BYTES).slice(0, KEPT_CHUNKS)
      chunk = 0
      end = 0
    },
  }
}
