import type { Figure } from '../figure.ts'
import { measureInTurns } from '../in-turns.ts'
import { bareServer, freshCollector, storingServer } from '../subjects.ts'
import { rateRow, STORING } from './batches.ts'

/** An event a request on 64 connections. */
export const singles: Figure = {
  name: 'singles',
  async measure(bench) {
    const { ours, bare, storing } = await measureInTurns(
      bench,
      [bareServer('bare', 'gathered'), storingServer('storing'), freshCollector('ours')],
      { work: { kind: 'singles', users: 100 }, connections: 64, eventsPerRequest: 1 },
    )
    return [
      rateRow('single events, 64 connections ÷ bare node:http, gathered', ours, bare, { is: 'at least', value: 0.5 }),
      rateRow(`the same events to ${STORING} ÷ bare node:http, gathered`, storing, bare),
    ]
  },
}
