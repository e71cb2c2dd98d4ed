/** Which part of the benchmark is run; all of it by default. */
export interface Choice {
  readonly part: (name: string) => boolean
  readonly sdk: (name: string) => boolean
  readonly scenario: (name: string) => boolean
}
