import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { pnpmCommand } from './pnpm-command.ts'

/**
 * Packs the built package in `packageFolder` as publishing would, into `destination`. Resolves with the tarball's path.
 * pnpm does it, because only pnpm writes versions in place of `workspace:` and `catalog:`.
 */
export async function packPackage(packageFolder: string, destination: string): Promise<string> {
  const [command, ...args] = pnpmCommand()
  const { stdout } = await promisify(execFile)(
    command,
    [...args, 'pack', '--json', '--pack-destination', resolve(destination)],
    { cwd: packageFolder },
  )
  const { filename } = JSON.parse(stdout) as { filename: string }
  return resolve(destination, filename)
}
