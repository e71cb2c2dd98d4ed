import { type Socket, connect } from 'node:net'
import { type RawAnswer, createAnswerReader } from './answer-reader.ts'

/** One HTTP/1.1 connection to this machine, one request at a time: a load must cost less than what it measures. */
export interface RawConnection {
  /**
   * Sends a whole request, head and body. Its bytes may be changed once `answered` was called: with `undefined` where the
   * connection broke first.
   */
  send(request: Buffer, answered: (answer: RawAnswer | undefined) => void): void
  close(): void
}

const READ_BYTES = 256 * 1024

export function createRawConnection(port: number, { keepsBodies = false } = {}): RawConnection {
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  const reader = createAnswerReader(keepsBodies, end)
  let socket: Socket | undefined
  let waiting: ((answer: RawAnswer | undefined) => void) | undefined

  function read(bytes: number): boolean {
    reader.take(buffer.subarray(0, bytes))
    return true
  }

  function open(): Socket {
    const opened = connect({ port, host: '127.0.0.1', onread: { buffer, callback: read } })
    opened.setNoDelay(true)
    // The reason does not matter: what counts is that no answer came.
    opened.on('error', () => undefined)
    opened.on('close', () => {
      if (socket === opened) socket = undefined
      reader.reset()
      end(undefined)
    })
    return opened
  }

  function end(answer: RawAnswer | undefined): void {
    const tell = waiting
    waiting = undefined
    tell?.(answer)
  }

  return {
    send(request, answered) {
      waiting = answered
      socket ??= open()
      socket.write(request)
    },
    close() {
      socket?.destroy()
    },
  }
}
