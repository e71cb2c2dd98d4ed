import { readFileSync } from 'node:fs'
import { DROP_REASONS } from '@truecount/protocol'
import { describe, expect, test } from 'vitest'
import { DEFAULTS } from '../src/options.ts'
import { MAX_WAITING_EVENTS } from '../src/waiting-calls.ts'
import { createScriptedTracker } from './scripted-tracker.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const page = read('../../../docs/sdk.md')

/** Rows of the table below a heading, cells without their backticks. */
function tableBelow(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  const cells = rows.slice(2).map((row) => row.split('|').slice(1, -1))
  return cells.map((row) => row.map((cell) => cell.trim().replaceAll('`', '')))
}

const first = (rows: readonly string[][]) => rows.map(([cell = '']) => cell.replace(/\(.*/, ''))

/** Names of the members of an interface. */
function membersOf(source: string, name: string): string[] {
  const body = source.split(`interface ${name} `)[1]?.split('\n}')[0] ?? ''
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, member]) => member as string)
}

const PLATFORMS = ['browser', 'node', 'edge'] as const

describe('docs/sdk.md tells what the code does', () => {
  const options = tableBelow('Options')

  test('every option of every platform, and none that is not there', () => {
    const names = membersOf(read('../src/options.ts'), 'CoreOptions')
    names.push(...membersOf(read('../src/wait-until.ts'), 'WaitUntilOptions'))
    for (const platform of PLATFORMS) {
      names.push(...membersOf(read(`../src/${platform}/index.ts`), 'TrackerOptions'))
    }
    expect(names).toContain('queue')
    expect(first(options).sort()).toEqual([...new Set(names)].sort())
  })

  test('every default', () => {
    const told = new Map(options.map(([name = '', , value = '']) => [name, value.replaceAll(',', '')]))
    for (const [name, value] of Object.entries(DEFAULTS)) expect([name, told.get(name)]).toEqual([name, String(value)])
    const [browser, node, edge] = PLATFORMS.map((platform) => {
      const product = /MAX_QUEUE_BYTES = ([\d* _]+)/.exec(read(`../src/${platform}/index.ts`))?.[1] ?? ''
      return product
        .replaceAll('_', '')
        .split('*')
        .reduce((bytes, factor) => bytes * Number(factor), 1)
    })
    expect(edge).toBe(browser)
    expect(told.get('maxQueueBytes')).toBe(`${browser} in browsers and workers ${node} in Node`)
    expect(page).toContain(`Up to ${MAX_WAITING_EVENTS.toLocaleString('en')} events wait`)
  })

  test('every method', () => {
    expect(first(tableBelow('Methods'))).toEqual(Object.keys(createScriptedTracker().tracker))
  })

  test('every signal and what it carries', () => {
    const source = read('../src/signals.ts')
    const rows = tableBelow('Signals')
    expect(first(rows)).toEqual(membersOf(source, 'Signals'))
    for (const [signal = '', carries = ''] of rows) {
      const shape = new RegExp(`^ {2}${signal}: \\{(.*)\\}$`, 'm').exec(source)?.[1] ?? ''
      expect(carries.split(', ')).toEqual([...shape.matchAll(/readonly (\w+):/g)].map(([, member]) => member))
    }
  })

  test('every drop reason', () => {
    expect(first(tableBelow('Drop reasons'))).toEqual([...DROP_REASONS])
  })
})
