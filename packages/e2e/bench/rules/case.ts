/** One collector of the comparison, and the rules that it has. */
export interface BenchCase {
  readonly name: string
  readonly rules: readonly object[]
}

/** Name of all events that are sent. */
export const EVENT_NAME = 'page_viewed'

/** The first is what the others are compared with. */
export const CASES: readonly BenchCase[] = [
  { name: 'no rule', rules: [] },
  { name: 'no rule, again', rules: [] },
  {
    name: '10,000 rules on other names',
    rules: Array.from({ length: 10_000 }, (_, i) => ({
      conditions: { event_name: `other_${i}`, 'metadata.amount': { $gt: i } },
    })),
  },
  {
    name: '100 rules on any name, none of which matches',
    rules: Array.from({ length: 100 }, (_, i) => ({ conditions: { 'metadata.amount': { $gt: 1_000 + i } } })),
  },
  {
    name: '1 rule that counts every event by user, 5 within 10m',
    rules: [{ conditions: { event_name: EVENT_NAME }, window: { count: 5, within: '10m', by: 'user_id' } }],
  },
]
