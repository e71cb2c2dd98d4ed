import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection, and all that comes back on it. */
export async function openSocket(url: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' })
  await once(socket, 'connect')
  let text = ''
  socket.on('data', (data) => (text += String(data)))
  socket.on('error', () => undefined)
  // Whoever goes on sending after the answer is cut off in the end.
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(text)))
  return { socket, answer }
}
