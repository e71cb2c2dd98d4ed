import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { Resolver } from 'node:dns/promises'

const HEADER_BYTES = 12
const TYPE_A = 1
/** A response that recursion was wanted and available for; the low bits are the outcome. */
const ANSWERED = 0x8180
const NO_SUCH_NAME = 3

/** What a DNS server does with a name: it has an IPv4 address, it knows that there is no such name, or it says nothing. */
export type DnsAnswer = { readonly address: string } | 'unknown' | 'silence'

export interface DnsServer {
  /** Names that were asked for, an entry a question. */
  readonly asked: readonly string[]
  readonly newResolver: () => Resolver
  stop(): Promise<void>
}

/** How long its clients wait for an answer before they ask again, and how often they ask. */
export interface DnsPatience {
  readonly timeout: number
  readonly tries: number
}

/** A DNS server on a socket of loopback, and clients of it. */
export async function startDnsServer(answer: (name: string) => DnsAnswer, patience: DnsPatience): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query: Buffer, { port, address }: RemoteInfo) => {
    const { name, type, end } = readQuestion(query)
    asked.push(name)
    const found = answer(name)
    if (found === 'silence') return
    const records = found === 'unknown' || type !== TYPE_A ? [] : [recordOf(found.address)]
    const header = Buffer.from(query.subarray(0, HEADER_BYTES))
    header.writeUInt16BE(found === 'unknown' ? ANSWERED | NO_SUCH_NAME : ANSWERED, 2)
    header.writeUInt16BE(records.length, 6)
    header.writeUInt32BE(0, 8)
    socket.send(Buffer.concat([header, query.subarray(HEADER_BYTES, end), ...records]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  return {
    asked,
    newResolver() {
      const resolver = new Resolver(patience)
      resolver.setServers([`127.0.0.1:${port}`])
      return resolver
    },
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** An A record of the name in question, not to be kept. */
function recordOf(address: string): Buffer {
  const record = Buffer.from([0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4])
  return Buffer.concat([record, Buffer.from(address.split('.').map(Number))])
}
