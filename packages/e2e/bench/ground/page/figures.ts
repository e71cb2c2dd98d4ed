/** A figure to three places that say something, thousands parted. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const places = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const rounded = Number(value.toFixed(Math.min(places, 6)))
  return rounded.toLocaleString('en', { maximumFractionDigits: 6 })
}

/** `0.45 (0.41 to 0.48)`; the range is left out where there was one round. */
export function shownRatio({
  ratio,
  range,
}: {
  readonly ratio: number
  readonly range: readonly [number, number]
}): string {
  const [least, most] = range.map(shown)
  return least === most ? shown(ratio) : `${shown(ratio)} (${least} to ${most})`
}
