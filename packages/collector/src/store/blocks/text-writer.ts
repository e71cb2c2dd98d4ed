import { uuidByteAt } from '../../id/uuid.ts'
import { EVENT_ID_BYTES } from './block-format.ts'

/** Writes one thing after another into a buffer that must have room for all of them. */
export interface TextWriter {
  /** A count, and as many texts. */
  list(texts: readonly string[]): void
  /** The length in bytes, and UTF-8. */
  text(text: string): void
  /** UTF-8 alone. */
  bare(text: string): void
  /** 16 bytes. */
  uuid(uuid: string): void
  /** Place behind all that was written. */
  end(): number
}

export function createTextWriter(buffer: Buffer, start: number): TextWriter {
  let end = start
  function text(value: string): void {
    const bytes = buffer.write(value, end + 4)
    buffer.writeUInt32LE(bytes, end)
    end += 4 + bytes
  }
  return {
    text,
    list(texts) {
      end = buffer.writeUInt32LE(texts.length, end)
      for (const value of texts) text(value)
    },
    bare(value) {
      end += buffer.write(value, end)
    },
    uuid(uuid) {
      for (let i = 0; i < EVENT_ID_BYTES; i++) buffer[end++] = uuidByteAt(uuid, i)
    },
    end: () => end,
  }
}
