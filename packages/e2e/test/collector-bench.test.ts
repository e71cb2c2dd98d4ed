import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../bench/collector/main.ts', import.meta.url))

async function bench(...figures: readonly string[]): Promise<string> {
  const small = ['--events', '3000', '--seconds', '0.2', '--rounds', '1', '--without-engines']
  const only = figures.flatMap((name) => ['--only', name])
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...small, ...only])
  return stdout
}

test('the benchmark of the collector measures it beside node:http and another store', async () => {
  const page = await bench('batches', 'at-size')
  const results = [...page.matchAll(/^\| (.+?) \| [\d,]+\/s, [\d.]+ µs \| [\d,]+\/s, [\d.]+ µs \|/gm)].map(
    ([, what]) => what,
  )
  expect(results).toEqual([
    'batches of 100, 16 connections ÷ bare node:http',
    'the same batches to node:http that parses, gives ids and stores bodies ÷ bare node:http',
    'the same batches ÷ plain rows, empty',
    'power-safe ÷ process-safe',
    'the same batches ÷ plain rows, ours at 3,000 events, plain rows at 3,000',
  ])
  expect(page).not.toContain('## What was not measured')
})

test('the benchmark of the collector deletes half of a full store while it sends, and nothing is missing afterwards', async () => {
  const page = await bench('deletion', 'questions')
  // Deleting fails, and is told as not measured, unless the events left are all but the deleted and those that were sent.
  expect(page).toContain('longest wait for an answer (50 batches/s) while half of 3,000 events is deleted | 1,5')
  expect(page.match(/^\| top 10 pages, events and users, all names \| [\d.,]+ \| [\d.,]+ \| – \|$/gm)).toHaveLength(2)
  expect(page).not.toContain('## What was not measured')
})
