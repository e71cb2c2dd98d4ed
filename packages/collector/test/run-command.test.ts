import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runInProcess as run } from './run-in-process.ts'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const namesIn = (help: string) => [...help.matchAll(/^ {2}truecount ([a-z ]*[a-z])/gm)].map(([, name]) => name)

describe('Help', () => {
  test('tells of the commands that were asked for', async () => {
    expect(namesIn((await run('keys', 'create', '--help')).out)).toEqual(['keys create'])
    const { out } = await run('projects', '-h')
    expect(namesIn(out)).toEqual(['projects create', 'projects list'])
    expect(out).not.toContain('TRUECOUNT_PORT')
    expect((await run('serve', '--help')).out).toContain('--port, TRUECOUNT_PORT (8787)')
  })

  test('tells of all of them otherwise, each with what it does', async () => {
    const { code, out } = await run('--help')
    const names = namesIn(out)
    expect([code, out.match(/^ {6}\w/gm)?.length]).toEqual([0, names.length])
    expect(names.length).toBeGreaterThan(15)
  })
})

test('A command that does not exist is answered with those that do, the likely ones where the first word is right', async () => {
  const { code, err } = await run('keys', 'make')
  expect([code, err]).toEqual([
    2,
    'Unknown command: keys make\nThere are: keys create, keys list, keys revoke, keys rotate\n' +
      '"truecount --help" tells what each does and takes.\n',
  ])
  expect((await run('serv')).err).toContain('There are: serve, keys create,')
})

test('--version is version', async () => {
  expect(await run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' })
})

const ON_A_DATABASE = [
  ['keys', 'list'],
  ['keys', 'revoke', 'x'],
  ['keys', 'rotate', 'x'],
  ['projects', 'list'],
  ['webhooks', 'list'],
  ['webhooks', 'tail'],
  ['export', '--to', join(folder.path, 'out')],
  ['backup', '--to', join(folder.path, 'out')],
  ['doctor'],
  ['retention'],
  ['prune', '--older-than', '1d'],
]

describe.each(ON_A_DATABASE)('%s %s', (...args) => {
  test('says that there is no such database, and makes none', async () => {
    const db = join(folder.path, 'mistyped.db')
    expect(await run(...args, '--db', db)).toEqual({ code: 1, out: '', err: `There is no database ${db}\n` })
    expect(existsSync(db)).toBe(false)
  })

  test('says that a file is no database', async () => {
    const db = join(folder.path, 'text.db')
    writeFileSync(db, 'not a database\n'.repeat(100))
    const err = `Cannot open the database ${db}: file is not a database\n`
    expect(await run(...args, '--db', db)).toEqual({ code: 1, out: '', err })
  })
})
