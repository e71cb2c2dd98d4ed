import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url))

/** What an npm package is installed for: runtimes that run the SDK, peers and databases that Truecount is compared with. */
export type Purpose = 'runtimes' | 'peers' | 'engines'

/** Where an npm package was installed, or why it could not be. */
export type Installed =
  | { readonly ok: true; readonly modules: string }
  | { readonly ok: false; readonly reason: string }

/** The folder that {@link installPackage} installs into: a project of its own, outside of the workspace. */
export function installFolder(purpose: Purpose, name: string, version: string): string {
  return join(CACHE, purpose, `${name}-${version}`)
}

/**
 * Installs one npm package at one version into its {@link installFolder}, once: only who runs these tests needs it.
 * A failed install leaves no mark, and is tried again next time.
 */
export async function installPackage(purpose: Purpose, name: string, version: string): Promise<Installed> {
  const folder = installFolder(purpose, name, version)
  const modules = join(folder, 'node_modules')
  const mark = join(folder, 'installed')
  try {
    const isThere = async () => (await readFile(mark, 'utf8').catch(() => '')) === version
    if (await isThere()) return { ok: true, modules }
    await mkdir(dirname(folder), { recursive: true })
    // In a folder of its own until it is whole: two tests may want the same package at once.
    const making = await mkdtemp(`${folder}-`)
    try {
      await install(making, `${name}@${version}`)
      await writeFile(join(making, 'installed'), version)
      await rename(making, folder)
    } catch (error) {
      await rm(making, { recursive: true })
      if (!(await isThere())) throw error
    }
    return { ok: true, modules }
  } catch (error) {
    return { ok: false, reason: `${name}@${version} could not be installed: ${(error as Error).message.slice(0, 500)}` }
  }
}

async function install(folder: string, what: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock']
  await run('npm', ['install', ...quiet, what], { cwd: folder, timeout: 120_000 })
}
