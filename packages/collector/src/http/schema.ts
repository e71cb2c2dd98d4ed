import { countCharacters } from '@truecount/protocol'
import { array, define, is, nullable, optional, refine, type Struct } from 'superstruct'
import type { AnyStruct } from './route-doc.ts'

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 has them. */
export type JsonSchema = Readonly<Record<string, unknown>>

const DESCRIBED = new WeakMap<AnyStruct, JsonSchema>()

/** Says in JSON Schema what a struct checks by a function. */
export function described<S extends AnyStruct>(struct: S, schema: JsonSchema): S {
  DESCRIBED.set(struct, schema)
  return struct
}

/** A text of so many characters (Unicode code points), none of them half of a surrogate pair. */
export function text(minLength: number, maxLength: number): Struct<string, null> {
  const struct = define<string>('text', (value) => {
    if (typeof value !== 'string') return 'must be a text'
    if (/\p{Surrogate}/u.test(value)) return 'must be well-formed Unicode, and holds half of a surrogate pair'
    const characters = countCharacters(value)
    if (characters >= minLength && characters <= maxLength) return true
    return `must have ${minLength} to ${maxLength} characters, got ${characters}`
  })
  return described(struct, { type: 'string', minLength, maxLength })
}

/** A whole number in a range, ends included. */
export function whole(minimum: number, maximum: number): Struct<number, null> {
  const struct = define<number>('whole', (value) => {
    const fits = Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum
    return fits || `must be a whole number from ${minimum} to ${maximum}`
  })
  return described(struct, { type: 'integer', minimum, maximum })
}

/** An array of so many members. */
export function list<T, S>(member: Struct<T, S>, minItems: number, maxItems: number): Struct<T[], Struct<T, S>> {
  const struct = refine(array(member), 'list', ({ length }) => {
    return (length >= minItems && length <= maxItems) || `must have ${minItems} to ${maxItems} members, got ${length}`
  })
  return described(struct, { minItems, maxItems })
}

/** superstruct's `optional`, with what was described kept. */
export function maybe<T, S>(struct: Struct<T, S>): Struct<T | undefined, S> {
  return described(optional(struct), DESCRIBED.get(struct) ?? {})
}

/** superstruct's `nullable`, with what was described kept. */
export function orNull<T, S>(struct: Struct<T, S>): Struct<T | null, S> {
  return described(nullable(struct), DESCRIBED.get(struct) ?? {})
}

const SIMPLE: Readonly<Record<string, JsonSchema>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
}

/** The JSON Schema of a struct. Throws for one whose check is a function that nobody {@link described}. */
export function jsonSchemaOf(struct: AnyStruct): JsonSchema {
  const schema = { ...structure(struct), ...DESCRIBED.get(struct) }
  if (Object.keys(schema).length === 0) throw new Error(`Nobody described the struct ${struct.type}`)
  if (!('type' in schema) || !is(null, struct)) return schema
  return { ...schema, type: [schema['type'], 'null'] }
}

function structure(struct: AnyStruct): JsonSchema {
  switch (struct.type) {
    case 'type':
      return objectSchema(struct.schema as Readonly<Record<string, AnyStruct>>)
    case 'array':
      return { type: 'array', items: jsonSchemaOf(struct.schema as AnyStruct) }
    case 'literal':
      return { const: struct.schema as unknown }
    case 'enums':
      return { type: 'string', enum: Object.values(struct.schema as Readonly<Record<string, string>>) }
    case 'record':
      return { type: 'object', additionalProperties: true }
    default:
      return SIMPLE[struct.type] ?? {}
  }
}

function objectSchema(members: Readonly<Record<string, AnyStruct>>): JsonSchema {
  const required = Object.keys(members).filter((name) => !is(undefined, members[name] as AnyStruct))
  const properties = Object.fromEntries(Object.entries(members).map(([name, member]) => [name, jsonSchemaOf(member)]))
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) }
}
