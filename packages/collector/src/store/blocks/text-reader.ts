/** Reads one thing after another. */
export interface TextReader {
  uint(): number
  /** The length in bytes, and UTF-8. */
  text(): string
  /** A count, and as many texts. */
  list(): string[]
  /** Shares the memory. */
  bytes(length: number): Buffer
  /** Place behind all that was read. */
  end(): number
}

export function createTextReader(buffer: Buffer, start: number): TextReader {
  let end = start
  function uint(): number {
    end += 4
    return buffer.readUInt32LE(end - 4)
  }
  function text(): string {
    const from = end + 4
    end = from + buffer.readUInt32LE(end)
    return buffer.toString('utf8', from, end)
  }
  return {
    uint,
    text,
    list() {
      const texts: string[] = []
      for (let left = uint(); left > 0; left--) texts.push(text())
      return texts
    },
    bytes(length) {
      end += length
      return buffer.subarray(end - length, end)
    },
    end: () => end,
  }
}
