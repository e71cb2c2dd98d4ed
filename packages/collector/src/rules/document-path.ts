export type Test = (value: unknown) => boolean

/** What a dotted path leads to, and whether an array at its end stands for its elements too. */
export interface Reach {
  readonly path: readonly string[]
  readonly intoLastArray: boolean
}

/**
 * Whether a test holds for some value that a path means in a document, as MongoDB walks it: into the members of objects,
 * through every object of an array, and to an array's element by its number. `undefined` stands for a place that is
 * missing. Only own properties are followed.
 */
export function someAt(document: unknown, reach: Reach, test: Test, at = 0): boolean {
  const name = reach.path[at]
  if (name === undefined) {
    return test(document) || (reach.intoLastArray && Array.isArray(document) && document.some((value) => test(value)))
  }
  if (Array.isArray(document)) return someInArray(document, reach, test, at)
  if (typeof document !== 'object' || document === null || !Object.hasOwn(document, name)) return test(undefined)
  return someAt((document as Record<string, unknown>)[name], reach, test, at + 1)
}

const INDEX = /^(0|[1-9]\d*)$/

function someInArray(array: readonly unknown[], reach: Reach, test: Test, at: number): boolean {
  if (array.some((element) => isContainer(element) && !Array.isArray(element) && someAt(element, reach, test, at))) {
    return true
  }
  const name = reach.path[at] as string
  if (!INDEX.test(name) || Number(name) >= array.length) return false
  const element = array[Number(name)]
  if (at + 1 === reach.path.length) return test(element)
  return isContainer(element) && someAt(element, reach, test, at + 1)
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** What stands at a path: the value, a list where the path leads to several places, `undefined` where there is nothing. */
export function foundAt(document: unknown, path: readonly string[]): unknown {
  const found: unknown[] = []
  someAt(document, { path, intoLastArray: false }, (value) => {
    if (value !== undefined) found.push(value)
    return false
  })
  return found.length > 1 ? found : found[0]
}
