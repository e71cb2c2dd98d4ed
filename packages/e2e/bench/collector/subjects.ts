import { startBareServer } from '../ground/servers/start-bare-server.ts'
import { startStoringServer } from '../ground/servers/start-storing-server.ts'
import { type CollectorWish, startMeasuredCollector } from '../ground/servers/measured-collector.ts'
import type { MeasuredServer } from '../ground/servers/measured-server.ts'
import type { OpenSubject, Subject } from './in-turns.ts'

/** A collector that begins every turn on a new, empty file. */
export function freshCollector<Name extends string>(name: Name, wish: CollectorWish = {}): Named<Name> {
  return started(name, () => startMeasuredCollector(wish))
}

export function bareServer<Name extends string>(name: Name, how: 'each' | 'gathered'): Named<Name> {
  return started(name, () => startBareServer(how))
}

export function storingServer<Name extends string>(name: Name): Named<Name> {
  return started(name, startStoringServer)
}

/** A server that lives on after its turn. */
export function runningServer<Name extends string>(name: Name, server: OpenSubject['server']): Named<Name> {
  return { name, open: async () => ({ server, close: async () => undefined }) }
}

type Named<Name extends string> = Subject & { readonly name: Name }

function started<Name extends string>(name: Name, start: () => Promise<MeasuredServer>): Named<Name> {
  return {
    name,
    async open() {
      const server = await start()
      return { server, close: server.stop }
    },
  }
}
