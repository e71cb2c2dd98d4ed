import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packPackage } from '@truecount/testkit'
import { exampleFile } from './example-app.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
/** Not below any `node_modules`: Next.js leaves what is there as it is. */
const FOLDER = join(ROOT, '.cache/nextjs')

/** The app, ready to be built, and the command that builds and runs it; or why it could not be installed. */
export type NextApp =
  | { readonly ok: true; readonly folder: string; readonly next: string }
  | { readonly ok: false; readonly reason: string }

/**
 * Copies the example out of the workspace, with the packed SDK and the other packages that its `package.json` names.
 * They weigh 340 MB and are installed once, by who runs this.
 */
export async function makeNextApp(): Promise<NextApp> {
  const { truecount: _, ...others } = await dependencies()
  const wanted = JSON.stringify({ private: true, dependencies: others })
  const mark = join(FOLDER, 'installed.json')
  try {
    await mkdir(FOLDER, { recursive: true })
    await writeFile(join(FOLDER, 'package.json'), wanted)
    if ((await readFile(mark, 'utf8').catch(() => '')) !== wanted) {
      const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock']
      await run('npm', ['install', ...quiet], { cwd: FOLDER, timeout: 180_000 })
      await writeFile(mark, wanted)
    }
  } catch (error) {
    return { ok: false, reason: `Next.js could not be installed: ${(error as Error).message.slice(0, 500)}` }
  }
  for (const stale of ['app', '.next', 'node_modules/truecount']) {
    await rm(join(FOLDER, stale), { recursive: true, force: true })
  }
  await cp(exampleFile('nextjs', 'app'), join(FOLDER, 'app'), { recursive: true })
  const unpacked = join(FOLDER, 'node_modules/truecount')
  await mkdir(unpacked)
  await run('tar', [
    '-xzf',
    await packPackage(join(ROOT, 'packages/sdk'), FOLDER),
    '--strip-components=1',
    '-C',
    unpacked,
  ])
  return { ok: true, folder: FOLDER, next: join(FOLDER, 'node_modules/next/dist/bin/next') }
}

async function dependencies(): Promise<Record<string, string>> {
  const manifest = await readFile(exampleFile('nextjs', 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies
}
