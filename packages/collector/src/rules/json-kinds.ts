export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As in MongoDB, the first member decides whether an object is operators or a value to equal. */
export function isOperators(condition: unknown): condition is object {
  return isObject(condition) && (Object.keys(condition)[0] ?? '').startsWith('$')
}

export function hasOperatorName(value: unknown): boolean {
  return isObject(value) && Object.keys(value).some((name) => name.startsWith('$'))
}

export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1))
}
