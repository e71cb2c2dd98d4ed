import type { Struct } from 'superstruct'

// oxlint-disable-next-line typescript/no-explicit-any -- superstruct's own type of any struct
export type AnyStruct = Struct<any, any>

/** What `/openapi.json` says of a route; schemas of bodies are those that validate. */
export interface RouteDoc {
  readonly summary: string
  /** Parameters of the query, `project_id` aside, with their meanings. */
  readonly query?: Readonly<Record<string, string>>
  readonly body?: AnyStruct
  readonly answer: {
    readonly status: 200 | 201 | 202 | 204
    readonly description: string
    readonly body?: AnyStruct
  }
}
