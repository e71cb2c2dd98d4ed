import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packPackage, startRecordingCollector } from '@truecount/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A project of somebody who installed both tarballs from npm, far from this workspace. */
let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'truecount-packed-'))
  const tarballs = [
    await packPackage(join(root, 'packages/sdk'), project),
    await packPackage(join(root, 'packages/collector'), project),
  ]
  await writeFile(join(project, 'package.json'), '{"name":"somebody","private":true}')
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  await run('npm', ['install', ...quiet, ...tarballs], { cwd: project })
}, 180_000)

afterAll(() => rm(project, { recursive: true }))

async function runScript(name: string, source: string): Promise<string> {
  await writeFile(join(project, name), source)
  const { stdout } = await run(process.execPath, [name], { cwd: project })
  return stdout
}

const SEND_ONE_EVENT = `
const tracker = createTracker({ key: 'pk_test', endpoint: process.argv[2] })
tracker.track('installed', { from: 'npm' })
console.log(JSON.stringify(await tracker.flush()))
await tracker.shutdown({ timeoutMs: 5000 })
`

/** Runs the script that `load` makes around {@link SEND_ONE_EVENT}; says what flush() told it and what was stored. */
async function sendOneEvent(name: string, load: (body: string) => string) {
  const collector = await startRecordingCollector()
  try {
    await writeFile(join(project, name), load(SEND_ONE_EVENT))
    const { stdout } = await run(process.execPath, [name, collector.url], { cwd: project })
    return { flushed: JSON.parse(stdout) as unknown, stored: [...collector.stored.values()] }
  } finally {
    await collector.stop()
  }
}

const ONE_EVENT_SENT = {
  flushed: { delivered: 1, waiting: 0, dropped: 0 },
  stored: [{ event_name: 'installed', metadata: { from: 'npm' } }],
}

interface Manifest {
  readonly dependencies?: object
  readonly optionalDependencies?: object
  readonly peerDependencies?: object
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

describe('the packed SDK', () => {
  test('sends an event when it is imported', async () => {
    const sent = await sendOneEvent('service.mjs', (body) => `import { createTracker } from 'truecount'\n${body}`)
    expect(sent).toMatchObject(ONE_EVENT_SENT)
  })

  test('sends an event when it is required', async () => {
    const load = (body: string) => `const { createTracker } = require('truecount')\nvoid (async () => {${body}})()`
    expect(await sendOneEvent('service.cjs', load)).toMatchObject(ONE_EVENT_SENT)
  })

  test('does not import the built-ins that take long to import', async () => {
    const script = "await import('truecount'); console.log(process.moduleLoadList.join('\\n'))"
    const loaded = (await runScript('loaded.mjs', script)).split('\n')
    expect(loaded).toContain('NativeModule zlib')
    for (const dear of ['crypto', 'process']) expect(loaded).not.toContain(`NativeModule ${dear}`)
  })

  test('is one module, however it is loaded: the same names by import and by require', async () => {
    const names = await runScript(
      'names.mjs',
      `import { createRequire } from 'node:module'
       const require = createRequire(import.meta.url)
       const of = (module) => Object.keys(module).filter((name) => name !== 'default' && name !== 'module.exports').sort()
       for (const entry of ['truecount', 'truecount/testing', 'truecount/webhooks']) {
         console.log(JSON.stringify([of(await import(entry)), of(require(entry))]))
       }`,
    )
    const entries = names
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [string[], string[]])
    expect(entries).toHaveLength(3)
    for (const [imported, required] of entries) expect(imported).toEqual(required)
    expect(entries[0]?.[0]).toContain('createTracker')
    expect(entries[1]?.[0]).toContain('createTestCollector')
    expect(entries[2]?.[0]).toContain('verify')
  })

  test('has no dependencies but optional peers, and ships its build only', async () => {
    const folder = join(project, 'node_modules/truecount')
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
    expect(manifest).toMatchObject({ name: 'truecount', license: 'MIT' })
    expect(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })).toEqual([])
    const optional = Object.entries(manifest.peerDependenciesMeta ?? {}).filter(([, meta]) => meta.optional)
    expect(optional.map(([name]) => name).sort()).toEqual(Object.keys(manifest.peerDependencies ?? {}).sort())
    expect((await readdir(folder)).filter((name) => !/^(dist|package\.json|README\.md|LICENSE)$/.test(name))).toEqual(
      [],
    )
  })

  test('brings all its code and all its types: nothing is imported but React and Node itself', async () => {
    const dist = join(project, 'node_modules/truecount/dist')
    const files = (await readdir(dist)).filter((file) => /\.(c?js|d\.c?ts)$/.test(file))
    expect(files.length).toBeGreaterThan(15)
    const imported = new Set<string>()
    for (const file of files) {
      const code = await readFile(join(dist, file), 'utf8')
      for (const [, name = ''] of code.matchAll(/(?:from|require\(|import\(?) ?["']([^"']+)["']/g)) imported.add(name)
    }
    expect([...imported].filter((name) => name !== 'react' && !isBuiltin(name))).toEqual([])
    expect(imported).toContain('react')
  })

  test(
    'types a tracker by its event names, in a project with the strictest settings',
    { timeout: 60_000 },
    async () => {
      const folder = join(project, 'typed')
      await mkdir(folder)
      const compilerOptions = {
        module: 'nodenext',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        types: [],
      }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.mts'] }))
      const source = `import { createTracker } from 'truecount'
const tracker = createTracker<{ signed_up: { plan: string } }>({ key: 'pk_test', endpoint: 'https://events.example.com' })
tracker.track('signed_up', { plan: 'pro' })
`
      const compile = async (text: string) => {
        await writeFile(join(folder, 'typed.mts'), text)
        return run('tsc', ['--project', folder], { cwd: root }).then(
          () => 'compiles',
          (error: { stdout: string }) => error.stdout,
        )
      }
      expect(await compile(source)).toBe('compiles')
      expect(await compile(source.replace('plan:', 'plam:').replace("{ plan: 'pro' }", '{ plan: 7 }'))).toContain(
        'plan',
      )
    },
  )
})

describe('the packed collector', () => {
  test('can be embedded', async () => {
    expect(
      await runScript(
        'embed.mjs',
        `import { createCollector } from '@truecount/collector'\nconsole.log(typeof createCollector)`,
      ),
    ).toBe('function\n')
  })

  test('brings the truecount command, and its native SQLite without an install script', async () => {
    const { version } = JSON.parse(
      await readFile(join(project, 'node_modules/@truecount/collector/package.json'), 'utf8'),
    ) as { version: string }
    const command = join(project, 'node_modules/.bin/truecount')
    expect((await run(process.execPath, [command, 'version'], { cwd: project })).stdout).toContain(version)
  })
})
