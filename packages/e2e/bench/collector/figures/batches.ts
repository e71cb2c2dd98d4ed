import { ratioOf } from '../../ground/page/ratio.ts'
import type { Bench, Figure } from '../figure.ts'
import type { Finding, Goal, RowFinding } from '../finding.ts'
import { type Samples, measureInTurns, shownSamples } from '../in-turns.ts'
import { bareServer, freshCollector, storingServer } from '../subjects.ts'

export const BATCH_LOAD = { work: { kind: 'batches', users: 100 }, connections: 16, eventsPerRequest: 100 } as const

/** What no collector can go without. */
export const STORING = 'node:http that parses, gives ids and stores bodies'

/** Batches of 100 on 16 connections, from an empty store on. */
export const batches: Figure = {
  name: 'batches',
  async measure(bench: Bench) {
    const { plainCommand: command } = bench
    const samples = await measureInTurns(
      bench,
      [
        bareServer('bare', 'each'),
        storingServer('storing'),
        freshCollector('ours'),
        freshCollector('power', { durability: 'power' }),
        freshCollector('plain', { command }),
      ],
      BATCH_LOAD,
    )
    const { bare, storing, ours, power, plain } = samples
    const findings: Finding[] = [
      rateRow('batches of 100, 16 connections ÷ bare node:http', ours, bare, { is: 'at least', value: 0.45 }),
      rateRow(`the same batches to ${STORING} ÷ bare node:http`, storing, bare),
      rateRow('the same batches ÷ plain rows, empty', ours, plain, { is: 'at least', value: 2.5 }),
      rateRow('power-safe ÷ process-safe', power, ours, { is: 'at least', value: 0.7 }),
    ]
    return findings
  },
}

/** Rates of two servers that had the same load in turns. */
export function rateRow(what: string, ours: Samples, beside: Samples, goal?: Goal): RowFinding {
  const { ratio, range } = ratioOf(ours.perSecond, beside.perSecond)
  const finding = {
    kind: 'row',
    what,
    ours: shownSamples(ours),
    beside: shownSamples(beside),
    value: ratio,
    range,
  } as const
  return goal === undefined ? finding : { ...finding, goal }
}
