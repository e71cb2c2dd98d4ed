/** Of `values` without the `undefined` ones: of wall times, the one that other work on the machine touched least. */
export function least(values: readonly (number | undefined)[]): number | undefined {
  return values.filter((value) => value !== undefined).sort((a, b) => a - b)[0]
}
