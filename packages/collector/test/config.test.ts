import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../src/config.ts'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

test('A flag wins over the environment, that over the file, that over the default', () => {
  const file = JSON.stringify({ port: 1, host: 'file', db: 'file', trustedProxies: ['10.0.0.0/8', '::1'] })
  const environment = { TRUECOUNT_PORT: '2', TRUECOUNT_HOST: 'environment' }
  expect(resolveConfig({ flags: { port: '3' }, environment, file })).toEqual({
    ok: true,
    config: {
      port: 3,
      host: 'environment',
      db: 'file',
      durability: 'process',
      trustedProxies: ['10.0.0.0/8', '::1'],
      webhookAllow: [],
      webhookRetention: 30,
      flatApi: 'loopback',
      flatProject: '',
      reportMemory: 192,
      logLevel: 'info',
    },
  })
})

test.each([
  ['nonsense', ['The configuration file must hold one JSON object']],
  ['[]', ['The configuration file must hold one JSON object']],
  [
    '{"prot":1,"db":{}}',
    [
      'The configuration file names prot: there are only db, port, host, durability, trustedProxies, webhookAllow, webhookRetention, flatApi, flatProject, reportMemory, logLevel',
      'db in the configuration file must be a text, a number or a list of texts',
    ],
  ],
  [
    '{"trustedProxies":["proxy"],"webhookAllow":"10.0.0.0/33","webhookRetention":0,"flatApi":"closed","logLevel":"loud"}',
    [
      'log-level must be one of debug info warn error, got loud',
      'flat-api must be loopback or open, got closed',
      'trusted-proxies must be IP addresses or subnets such as 10.0.0.0/8, got proxy',
      'webhook-allow must be IP addresses or subnets such as 10.0.0.0/8, got 10.0.0.0/33',
      'webhook-retention must be a whole number of days from 1, or off, got 0',
    ],
  ],
])('What is wrong in the file is named, all at once: %s', (file, problems) => {
  expect(resolveConfig({ flags: {}, environment: {}, file })).toEqual({ ok: false, problems })
})

describe('truecount serve', { timeout: 30_000 }, () => {
  test('--print-config prints what it would run with, and runs nothing', async () => {
    const path = join(folder.path, 'truecount.json')
    writeFileSync(path, '{"port": 4321}')
    const child = startNodeChild(MAIN, { args: ['serve', '--config', path, '--host', '::1', '--print-config'] })
    expect(await child.exited).toMatchObject({ code: 0 })
    expect(JSON.parse(child.output())).toMatchObject({ port: 4321, host: '::1', db: './truecount.db' })
  })

  test('a list may be given by its flag more than once', async () => {
    const args = [
      'serve',
      '--webhook-allow',
      '10.0.0.0/8',
      '--webhook-allow',
      'fd12::/16,192.168.1.7',
      '--print-config',
    ]
    const child = startNodeChild(MAIN, { args })
    expect(await child.exited).toMatchObject({ code: 0 })
    expect(JSON.parse(child.output())).toMatchObject({ webhookAllow: ['10.0.0.0/8', 'fd12::/16', '192.168.1.7'] })
  })

  test('a file that is not there ends it with 2 and says why', async () => {
    const child = startNodeChild(MAIN, { args: ['serve', '--config', join(folder.path, 'none.json')] })
    expect(await child.exited).toMatchObject({ code: 2 })
    expect(child.output()).toContain('Cannot read the configuration file: ENOENT')
  })
})
