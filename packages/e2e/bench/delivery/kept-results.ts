import { renameSync, writeFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Results by name, on disk as soon as they are there: a run that was cut short goes on where it ended. */
export interface KeptResults {
  /** The result kept under `name` from a former run, or that of `measure`, which is then kept. */
  result<Result>(name: string, measure: () => Promise<Result>): Promise<Result>
  /** When the results that were asked for were measured, in milliseconds since 1970 UTC, the first and the last. */
  span(): readonly [first: number, last: number]
}

interface Kept {
  readonly at: number
  /** Missing for `undefined`. */
  readonly result?: unknown
}

export interface KeptResultsOptions {
  /** Path of a JSON file; made where there is none. */
  readonly file: string
  /** Whether results of former runs are taken as they are, or measured anew. */
  readonly resume: boolean
  /** Told each result, as JSON, with the seconds that it took. */
  readonly say: (line: string) => void
}

export async function openKeptResults({ file, resume, say }: KeptResultsOptions): Promise<KeptResults> {
  const kept = await readKept(file)
  const asked: number[] = []
  await mkdir(dirname(file), { recursive: true })
  return {
    async result<Result>(name: string, measure: () => Promise<Result>) {
      const former = resume ? kept[name] : undefined
      if (former !== undefined) {
        asked.push(former.at)
        return former.result as Result
      }
      const begun = performance.now()
      const result = await measure()
      const at = Date.now()
      asked.push(at)
      kept[name] = { at, result }
      // In one piece and at once: the run may be cut short at any time, and other results are on their way.
      writeFileSync(`${file}.new`, JSON.stringify(kept))
      renameSync(`${file}.new`, file)
      say(`${name}: ${JSON.stringify(result)} (${((performance.now() - begun) / 1000).toFixed(1)} s)`)
      return result
    },
    span: () => (asked.length === 0 ? [Date.now(), Date.now()] : [Math.min(...asked), Math.max(...asked)]),
  }
}

async function readKept(file: string): Promise<Record<string, Kept>> {
  const json = await readFile(file, 'utf8').catch(() => '{}')
  return JSON.parse(json) as Record<string, Kept>
}
