export interface RawAnswer {
  readonly status: number
  /** The body's bytes; of no length where bodies are not kept. */
  readonly body: Buffer
}

/** Finds the answers in what a connection reads. Every answer must say its length. */
export interface AnswerReader {
  /** The bytes are read before it returns. */
  take(bytes: Buffer): void
  /** Forgets an answer that came in part. */
  reset(): void
}

const HEAD_END = '\r\n\r\n'
const NO_BODY = Buffer.alloc(0)

export function createAnswerReader(keepsBodies: boolean, onAnswer: (answer: RawAnswer) => void): AnswerReader {
  let head = ''
  let status = 0
  /** Bytes of the body that have not come; `undefined` while the head has not come whole. */
  let missing: number | undefined
  let parts: Buffer[] = []

  function reset(): void {
    head = ''
    missing = undefined
    parts = []
  }

  return {
    take(bytes) {
      let from = 0
      if (missing === undefined) {
        const before = head.length
        head += bytes.toString('latin1')
        const end = head.indexOf(HEAD_END)
        if (end === -1) return
        from = end + HEAD_END.length - before
        status = Number(head.slice(9, 12))
        missing = lengthOf(head.slice(0, end))
      }
      missing -= bytes.length - from
      if (keepsBodies) parts.push(Buffer.from(bytes.subarray(from)))
      if (missing > 0) return
      const body = keepsBodies ? Buffer.concat(parts) : NO_BODY
      reset()
      onAnswer({ status, body })
    },
    reset,
  }
}

function lengthOf(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`An answer of unknown length:\n${head}`)
  return Number(length)
}
