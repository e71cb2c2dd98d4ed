/** What a figure must reach. */
export interface Goal {
  readonly is: 'at least' | 'at most'
  readonly value: number
}

/** A line of the table of figures. */
export interface RowFinding {
  readonly kind: 'row'
  readonly what: string
  /** What was measured of Truecount, and what beside it, in words. */
  readonly ours: string
  readonly beside: string
  readonly value: number
  /** The least and the most of single rounds. */
  readonly range?: readonly [number, number]
  /** A ratio has none. */
  readonly unit?: 'MB' | 's' | 'ms'
  readonly goal?: Goal
}

/** A question that every store was asked. */
export interface QuestionFinding {
  readonly kind: 'question'
  readonly events: number
  readonly users: number
  readonly what: string
  readonly oursMs: number
  /** Of the first time that it was asked. */
  readonly firstMs: number
  /** `undefined`: it took longer than anybody waits. */
  readonly engines: readonly { readonly name: string; readonly ms: number | undefined }[]
}

/** What a store costs at a size. */
export interface GrowthFinding {
  readonly kind: 'growth'
  readonly events: number
  readonly eventsPerSecond: number
  readonly peakMb: number
  readonly readySeconds: number
  readonly fileMb: number
  /** Milliseconds of questions, by name. */
  readonly questions: Readonly<Record<string, number>>
}

/** What was not measured. */
export interface MissingFinding {
  readonly kind: 'missing'
  readonly what: string
  readonly reason: string
}

export type Finding = RowFinding | QuestionFinding | GrowthFinding | MissingFinding

export function reaches({ is, value: bound }: Goal, value: number): boolean {
  return is === 'at least' ? value >= bound : value <= bound
}
