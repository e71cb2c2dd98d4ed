/**
 * All values that a dotted path means in a document, as MongoDB walks it: into the members of objects, through every
 * object of an array, and to an array's element by its number. `undefined` stands for a place that is missing.
 * An array at the end of the path stands for its elements and for itself. Only own properties are followed.
 */
export function valuesAt(document: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path
  if (name === undefined) return Array.isArray(document) ? [...(document as unknown[]), document] : [document]
  if (Array.isArray(document)) return valuesInArray(document, path)
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, name)) return [undefined]
  return valuesAt((document as Record<string, unknown>)[name], rest)
}

function valuesInArray(array: readonly unknown[], path: readonly string[]): unknown[] {
  const [index, ...rest] = path as [string, ...string[]]
  const found = array.filter(isObject).flatMap((element) => valuesAt(element, path))
  if (!/^\d+$/.test(index) || Number(index) >= array.length) return found
  const element = array[Number(index)]
  return found.concat(rest.length === 0 ? [element] : isContainer(element) ? valuesAt(element, rest) : [])
}

function isObject(value: unknown): boolean {
  return isContainer(value) && !Array.isArray(value)
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
