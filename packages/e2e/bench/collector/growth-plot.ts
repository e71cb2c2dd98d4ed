import { shown } from '../ground/page/figures.ts'
import type { GrowthFinding } from './finding.ts'

interface Series {
  readonly label: string
  /** A value for each size, in order. */
  readonly values: readonly number[]
}

interface Panel {
  readonly title: string
  readonly series: readonly Series[]
  /** Whether it begins at zero; else it is logarithmic, in decades. */
  readonly isLinear: boolean
}

const WIDTH = 880
const HEIGHT = 640
const PANEL = { width: 400, height: 230, left: 40, top: 30 }
const COLOURS = ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#bf3989', '#9a6700', '#57606a']

/** How cost grows with the number of events, as an SVG that is read on light and on dark pages. */
export function growthPlot(points: readonly GrowthFinding[]): string {
  const of = (label: string, pick: (point: GrowthFinding) => number): Series => ({ label, values: points.map(pick) })
  const names = Object.keys(points[0]?.questions ?? {})
  const panels: readonly Panel[] = [
    { title: 'Events taken a second', series: [of('', (point) => point.eventsPerSecond)], isLinear: true },
    { title: 'Peak memory, MB', series: [of('', (point) => point.peakMb)], isLinear: true },
    { title: 'Start until ready, s', series: [of('', (point) => point.readySeconds)], isLinear: true },
    {
      title: 'Questions, ms',
      series: names.map((name) => of(name, (point) => point.questions[name] ?? Number.NaN)),
      isLinear: false,
    },
  ]
  const sizes = points.map(({ events }) => events)
  const drawn = panels.map((panel, i) => drawPanel(panel, sizes, 20 + (i % 2) * 430, 10 + Math.floor(i / 2) * 275))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="11">
<style>text { fill: #57606a } .title { font-weight: 600; font-size: 13px } .axis { stroke: #8c959f; fill: none }
@media (prefers-color-scheme: dark) { text { fill: #9198a1 } }</style>
<title>How cost grows: ${sizes.map((size) => size.toLocaleString('en')).join(', ')} events</title>
${drawn.join('\n')}
</svg>
`
}

function drawPanel({ title, series, isLinear }: Panel, sizes: readonly number[], x: number, y: number): string {
  const all = series.flatMap(({ values }) => values).filter((value) => Number.isFinite(value) && value > 0)
  const [low, high] = isLinear
    ? [0, niceCeiling(Math.max(...all))]
    : [decade(Math.min(...all), Math.floor), decade(Math.max(...all), Math.ceil)]
  const [first = 1, last = 1] = [sizes[0], sizes.at(-1)]
  const shareOf = (value: number) =>
    isLinear ? value / high : Math.log(value / low) / Math.max(Number.EPSILON, Math.log(high / low))
  const placeX = (size: number) =>
    PANEL.left + (PANEL.width - PANEL.left - 10) * (Math.log(size / first) / Math.log(last / first || 10))
  const placeY = (value: number) => PANEL.top + (PANEL.height - PANEL.top - 20) * (1 - shareOf(value))
  const floor = placeY(low)
  const lines = series.map(({ values }, i) => {
    const points = values.map((value, at) => `${placeX(sizes[at] as number).toFixed(1)},${placeY(value).toFixed(1)}`)
    const colour = COLOURS[i % COLOURS.length] as string
    const dots = points.map(
      (point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3" fill="${colour}"/>`,
    )
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.8"/>${dots.join('')}`
  })
  const ticks = sizes.map((size) => text(placeX(size), floor + 14, compact(size), 'middle'))
  const marks = isLinear ? [low, high] : decadesBetween(low, high)
  const bounds = marks.map((mark) => text(PANEL.left - 5, placeY(mark) + 4, shown(mark), 'end'))
  return `<g transform="translate(${x} ${y})">
<text x="0" y="14" class="title">${escape(title)}</text>
<path class="axis" d="M${PANEL.left} ${placeY(high)}V${floor}H${PANEL.width - 10}"/>
${[...lines, ...ticks, ...bounds, ...legend(series)].join('\n')}
</g>`
}

/** Names of the lines, below the axis, where there are several. */
function legend(series: readonly Series[]): readonly string[] {
  if (series.length < 2) return []
  return series.map(({ label }, i) => {
    const y = PANEL.height + 16 + i * 15
    const dot = `<circle cx="${PANEL.left + 4}" cy="${y - 4}" r="4" fill="${COLOURS[i % COLOURS.length]}"/>`
    return `${dot}${text(PANEL.left + 14, y, label, 'start')}`
  })
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escape(content)}</text>`
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function compact(size: number): string {
  return size >= 1e6 ? `${size / 1e6} M` : `${size / 1e3} k`
}

/** 1, 2 or 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((times) => times * power >= value) ?? 10) * power
}

function decadesBetween(low: number, high: number): readonly number[] {
  const count = Math.round(Math.log10(high / low))
  return Array.from({ length: count + 1 }, (_, i) => low * 10 ** i)
}

function decade(value: number, round: (exponent: number) => number): number {
  return 10 ** round(Math.log10(value))
}
