import { emphasized } from './matrix-table.ts'
import { table } from '../../ground/page/table.ts'

/** Named so, a row shows what the measuring itself costs, and is no peer. */
export const FLOOR = 'nothing'

/** A measured quantity of several SDKs; less is better in all of them. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** The most that Truecount sets itself, where it sets itself anything. */
  readonly bar: number | undefined
  /** In the order of the SDKs; `undefined` where it could not be measured. The first is what ratios refer to. */
  readonly values: readonly (number | undefined)[]
}

export interface Figures {
  readonly sdks: readonly string[]
  readonly figures: readonly Figure[]
}

/**
 * One row an SDK, one column a figure with its ratio to the first SDK's. What a peer has less of is bold. The last row is
 * the bar, and whether Truecount, which has the first `ours` rows, keeps it.
 */
export function figureTable({ sdks, figures }: Figures, ours: number): string {
  return table(
    ['', ...figures.map(({ name, unit }) => `${name}, ${unit}`)],
    [
      ...sdks.map((sdk, row) => [
        sdk,
        ...figures.map((figure) => (sdk === FLOOR ? floorText(figure, row) : valueText(figure, row, row >= ours))),
      ]),
      ['_bar_', ...figures.map(({ bar, values }) => barText(bar, values.slice(0, ours)))],
    ],
  )
}

/** In words: the figures in which a peer is better than Truecount's first variant, one a line. `ours`: how many are. */
export function betterFigures({ sdks, figures }: Figures, ours: number): string[] {
  return figures.flatMap(({ name, unit, values }) => {
    const [own] = values
    const better = values.flatMap((value, i) =>
      i >= ours && sdks[i] !== FLOOR && value !== undefined && own !== undefined && value < own
        ? `${sdks[i]} ${rounded(value)}`
        : [],
    )
    return better.length === 0 ? [] : `${name}, ${unit}: ${better.join(', ')}; ${sdks[0]} ${rounded(own ?? 0)}`
  })
}

function barText(bar: number | undefined, own: readonly (number | undefined)[]): string {
  if (bar === undefined) return ''
  const verdicts = own.map((value) => (value !== undefined && value <= bar ? 'met' : 'missed'))
  return `≤ ${rounded(bar)}: ${verdicts.every((each) => each === verdicts[0]) ? verdicts[0] : verdicts.join(', ')}`
}

function floorText({ values }: Figure, row: number): string {
  const value = values[row]
  return value === undefined ? '–' : rounded(value)
}

function valueText({ values }: Figure, row: number, isPeer: boolean): string {
  const [own, value] = [values[0], values[row]]
  if (value === undefined) return '–'
  if (row === 0 || own === undefined) return rounded(value)
  return emphasized(`${rounded(value)} (×${rounded(value / own)})`, isPeer && value < own)
}

/** Three figures that count; whole numbers as they are. */
function rounded(value: number): string {
  if (Number.isInteger(value) || value >= 1000) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)))
}
