import { Socket } from 'node:net'

interface Target {
  readonly host?: string
  /** Of a socket that is a file; `null` from Node's own HTTP client. */
  readonly path?: string | null
}

/** Every connection of this process to a host that is not this machine throws, and says where it would have gone. */
export function stayOnLoopback(): void {
  const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket
  Socket.prototype.connect = function connectToLoopback(this: Socket, ...args: unknown[]): Socket {
    // Node's own callers pass one list: options, callback.
    const [first] = args.flat() as [Target | undefined]
    const { host, path } = Object(first) as Target
    if (typeof path !== 'string' && host !== '127.0.0.1' && host !== 'localhost') {
      throw new Error(`The benchmark stays on loopback, and ${String(host)} is not there`)
    }
    return connect.apply(this, args)
  }
}
