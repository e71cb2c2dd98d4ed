/** Levels of objects and lists in conditions, and in a value that they compare with. */
export const MAX_DEPTH = 20

/** Names in a dotted path. */
export const MAX_PATH_NAMES = 20

/** Tests of a value in all conditions of one rule. */
export const MAX_OPERATORS = 200

/** Values in one `$in`, `$nin` or `$all`. */
export const MAX_VALUES = 1_000

/** UTF-16 units of one pattern. */
export const MAX_PATTERN_LENGTH = 500

/**
 * Instructions of all compiled patterns of one rule. Time to match is bounded by instructions times characters: this
 * keeps the worst text that metadata can hold within some tenths of a second, and any usual one within microseconds.
 */
export const MAX_INSTRUCTIONS = 300

/** What one rule may still use up. */
export interface Budget {
  operators: number
  instructions: number
}

export function newBudget(): Budget {
  return { operators: MAX_OPERATORS, instructions: MAX_INSTRUCTIONS }
}
