import { expect, test } from 'vitest'
import { createProgressBar } from '../src/cli/progress-bar.ts'

test('A progress bar is drawn where someone watches, and nowhere else', () => {
  const written: string[] = []
  const terminal = {
    version: '0',
    environment: {},
    out: () => undefined,
    err: (text: string) => void written.push(text),
    ending: new AbortController().signal,
  }
  let nowMs = 0
  const quiet = createProgressBar({ ...terminal, showsProgress: false }, 'copied', () => nowMs)
  quiet.show(1, 2)
  quiet.end()
  expect(written).toEqual([])
  const bar = createProgressBar({ ...terminal, showsProgress: true }, 'copied', () => nowMs)
  for (const done of [1, 2, 3]) {
    bar.show(done, 4)
    nowMs += 60
  }
  bar.show(4, 4)
  bar.end()
  expect(written.map((text) => /\d+ %/.exec(text)?.[0])).toEqual(['25 %', '75 %', '100 %', undefined])
})
