import { readFileSync } from 'node:fs'
import { startNodeChild } from '@truecount/testkit'
import { expect, test } from 'vitest'

const PAGE = readFileSync(new URL('../../../docs/self-hosting.md', import.meta.url), 'utf8')
const MAIN = new URL('../src/main.ts', import.meta.url).pathname

test('Every command and setting that the page on self-hosting names is one that the program knows', async () => {
  const child = startNodeChild(MAIN, { args: ['--help'] })
  await child.exited
  const help = child.output()
  const shell = [...PAGE.matchAll(/```sh\n([^`]*)```/g)].map(([, text]) => text as string).join('')
  const commands = [...shell.matchAll(/^truecount (\w+)(.*)$/gm)]
  expect(commands.length).toBeGreaterThan(6)
  for (const [, command, rest] of commands) {
    const usage = help.split('\n').find((line) => line.trim().startsWith(`truecount ${command} `)) ?? ''
    const flags = [...(rest as string).matchAll(/--[\w-]+/g)].map(([flag]) => flag)
    const settings = command === 'serve' ? help : ''
    const unknown = flags.filter((flag) => !usage.includes(flag) && !settings.includes(`  ${flag},`))
    expect({ command, known: usage !== '', unknown }).toEqual({ command, known: true, unknown: [] })
  }
  const variables = [...PAGE.matchAll(/TRUECOUNT_\w+/g)].map(([name]) => name)
  expect(variables.length).toBeGreaterThan(2)
  expect(variables.filter((name) => !help.includes(name))).toEqual([])
})
