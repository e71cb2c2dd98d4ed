import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MAIN = fileURLToPath(new URL('../bench/delivery/main.ts', import.meta.url))

test('the delivery benchmark counts what is lost and doubled, without a peer', async () => {
  const args = ['--part', 'node', '--sdk', 'truecount', '--scenario', 'lost ack, all first attempts']
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args])
  // Every batch is taken twice, and its repeats bear the keys of the first.
  expect(stdout).toContain('| lost ack, all first attempts | 0 / 200 / 0 |')
})
