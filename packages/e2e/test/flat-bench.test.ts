import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../bench/flat/main.ts', import.meta.url))

test('the benchmark of the flat API fills a collector and sends each request of the load test, without PostgreSQL', async () => {
  const small = ['--events', '5000', '--users', '100', '--seconds', '0.3', '--rounds', '1', '--without-postgres']
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...small])
  expect(stdout).toContain('## 5,000 events, 100 users')
  const rows = stdout.split('\n').filter((line) => line.endsWith('| – | – | – |'))
  const rates = rows.map((row) => row.split('|').map((cell) => cell.trim())).map(([, name, rate]) => [name, rate])
  expect(rates.map(([name]) => name)).toEqual([
    'single post, both synced to the disk',
    'single post, both as they are set by default',
    'list, page 1 of 1,000',
    'a user’s events',
    'stats, one type, a week',
    'stats, one type, all 30 days',
    'list, page 2',
  ])
  for (const [, rate] of rates) expect(rate).toMatch(/^[1-9][\d,.]*$/)
})
