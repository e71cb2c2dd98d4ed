import { setTimeout as delay } from 'node:timers/promises'
import type { EventInput } from '@truecount/protocol'
import { always, ok } from '@truecount/testkit'
import type { Backend } from '../../../test/browser/backend.ts'
import { tallyOf } from '../tally.ts'
import { startWireServer } from '../wire-server.ts'
import type { WireServer } from '../wire-server.ts'
import type { Wire } from '../wires/wire.ts'

const LATEST_MS = 25_000
/** Longer than any SDK here waits before it tries again. */
const QUIET_MS = 10_000
const LOOK_MS = 100

/** The events of a scenario bear a number each, whatever the SDK makes of the rest. */
export function numberOf({ metadata }: EventInput): number | undefined {
  const n = metadata?.['n']
  return typeof n === 'number' ? n : undefined
}

/** The service of an SDK for a scenario in Chromium. */
export async function startWireBackend(wire: Wire): Promise<{ backend: Backend; server: WireServer }> {
  const server = await startWireServer(wire, always(ok))
  const stored = (last: number) =>
    tallyOf(server.stored, (event) => {
      const n = numberOf(event)
      return n !== undefined && n <= last ? n : undefined
    })
  let given = ''
  const backend: Backend = {
    url: server.url,
    key: 'tc_pk_bench',
    goDown: () => server.goDown(),
    comeBack: () => server.comeBack(),
    setFaults: (faults) => server.setFaults(faults),
    stop: () => server.stop(),
    async waitForStored(last) {
      const begun = performance.now()
      let changed = begun
      let seen = server.arrivals.length
      // What was waited for in vain, with nothing new since, is not waited for again.
      const state = () => `${last} ${server.stored.length}`
      // Who was not answered sends again, and is given the time to.
      const hasRepeats = () => server.arrivals.some(({ outcome }) => outcome === 'dropReply')
      while ((stored(last).distinct < last || hasRepeats()) && state() !== given) {
        await delay(LOOK_MS)
        const now = performance.now()
        if (server.arrivals.length !== seen) changed = now
        seen = server.arrivals.length
        if (now - changed > QUIET_MS || now - begun > LATEST_MS) given = state()
      }
    },
    async tally(last) {
      const { distinct, doubled, blind } = stored(last)
      return { lost: last - distinct, doubled: blind, missing: 0, dropped: 0, repeated: doubled }
    },
  }
  return { backend, server }
}
