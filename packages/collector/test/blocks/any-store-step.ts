import { DROPPED_EVENT_NAME, formatLaneKey } from '@truecount/protocol'
import * as fc from 'fast-check'

/** One event as it is sent; times are milliseconds after {@link FIRST_MS}. */
export interface Sent {
  readonly project: number
  readonly name: string | undefined
  readonly user: string | undefined
  readonly at: number
  readonly metadata: object
  readonly key: string | undefined
}

/** Something done to a store, or asked of it. */
export type Step =
  | { readonly kind: 'ingest'; readonly batches: readonly (readonly Sent[])[] }
  | { readonly kind: 'erase before'; readonly project: number; readonly at: number }
  | { readonly kind: 'erase user'; readonly project: number; readonly user: string }
  | { readonly kind: 'seal' | 'reclaim' | 'reopen' | 'kill' | 'export' | 'examine' }
  | {
      readonly kind: 'series'
      readonly project: number
      readonly name: string | undefined
      readonly edges: readonly number[]
    }
  | { readonly kind: 'books' | 'latest'; readonly project: number }
  | {
      readonly kind: 'between'
      readonly project: number
      readonly range: readonly [number, number]
      readonly limit: number
    }
  | { readonly kind: 'page'; readonly project: number; readonly offset: number; readonly limit: number }
  | { readonly kind: 'of user'; readonly project: number; readonly user: string; readonly limit: number }
  | {
      readonly kind: 'stats'
      readonly project: number
      readonly name: string | undefined
      readonly range: readonly [number | undefined, number | undefined]
      readonly pages: number
    }

export const FIRST_MS = 1_700_000_000_000
export const PROJECTS = 2

const SPAN_MS = 400
const ROUND_MS = 40
const anyProject = fc.nat(PROJECTS - 1)
const anyName = fc.constantFrom('a', 'b', 'c', 'ä', '😀', DROPPED_EVENT_NAME)
const anyUser = fc.constantFrom('u1', 'u2', 'u3', 'u4', '', 'ü\n')
/** Close together, so that times tie; many round, so that windows end where events are; some far away. */
const anyTime = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: SPAN_MS }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: SPAN_MS / ROUND_MS }).map((round) => round * ROUND_MS) },
  { weight: 1, arbitrary: fc.constantFrom(-1e15, -FIRST_MS, -1, 50 * 86_400_000, 5e15) },
)
const anyMetadata = fc.oneof(
  fc.record({ page: fc.constantFrom('/', '/a', '/b', '', '\uD800', 'ß') }),
  fc.constant({}),
  fc.record({ page: fc.integer() }),
  fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 }),
)
const anyKey = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB'), fc.integer({ min: 1, max: 60 }))
      .map(([lane, seq]) => formatLaneKey(lane, seq)),
  },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 30 }).map((n) => `order-${n}`) },
  { weight: 2, arbitrary: fc.constant(undefined) },
)
const anySent: fc.Arbitrary<Sent> = fc.record({
  project: anyProject,
  name: fc.option(anyName, { nil: undefined, freq: 12 }),
  user: fc.option(anyUser, { nil: undefined, freq: 5 }),
  at: anyTime,
  metadata: anyMetadata,
  key: anyKey,
})

const anyIngest = fc
  .array(fc.array(anySent, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 })
  .map((batches) => ({ kind: 'ingest', batches }) as const)
const anyQuery: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(anyProject, fc.option(anyName, { nil: undefined }), fc.uniqueArray(anyTime, { minLength: 2, maxLength: 6 }))
    .map(
      ([project, name, edges]) => ({ kind: 'series', project, name, edges: edges.toSorted((a, b) => a - b) }) as const,
    ),
  anyProject.map((project) => ({ kind: 'books', project }) as const),
  anyProject.map((project) => ({ kind: 'latest', project }) as const),
  fc
    .tuple(anyProject, anyTime, anyTime, fc.integer({ min: 1, max: 9 }))
    .map(
      ([project, a, b, limit]) =>
        ({ kind: 'between', project, range: [Math.min(a, b), Math.max(a, b)], limit }) as const,
    ),
  fc
    .tuple(anyProject, fc.nat(60), fc.integer({ min: 1, max: 20 }))
    .map(([project, offset, limit]) => ({ kind: 'page', project, offset, limit }) as const),
  fc
    .tuple(anyProject, anyUser, fc.integer({ min: 1, max: 5 }))
    .map(([project, user, limit]) => ({ kind: 'of user', project, user, limit }) as const),
  fc
    .tuple(
      anyProject,
      fc.option(anyName, { nil: undefined }),
      fc.option(anyTime, { nil: undefined }),
      fc.option(anyTime, { nil: undefined }),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([project, name, from, to, pages]) => ({ kind: 'stats', project, name, range: [from, to], pages }) as const),
  fc.constant({ kind: 'export' } as const),
)
const anyErasure: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(anyProject, anyTime).map(([project, at]) => ({ kind: 'erase before', project, at }) as const),
  fc.tuple(anyProject, anyUser).map(([project, user]) => ({ kind: 'erase user', project, user }) as const),
)

/** Steps that share few names, users, times and keys, so that each meets what the others did. */
export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: anyIngest },
    { weight: 8, arbitrary: anyQuery },
    { weight: 2, arbitrary: anyErasure },
    { weight: 3, arbitrary: fc.constantFrom({ kind: 'seal' } as const, { kind: 'reclaim' } as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom({ kind: 'reopen' } as const, { kind: 'kill' } as const, { kind: 'examine' } as const),
    },
  ),
  { minLength: 1, maxLength: 40 },
)
