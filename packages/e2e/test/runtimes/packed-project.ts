import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packPackage } from '@truecount/testkit'

const run = promisify(execFile)
const SDK = fileURLToPath(new URL('../../../sdk', import.meta.url))

/** Makes a project far from this workspace that has the packed SDK and nothing else. Returns its folder. */
export async function makePackedProject(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'truecount-runtimes-'))
  const unpacked = join(project, 'node_modules/truecount')
  await mkdir(unpacked, { recursive: true })
  // It has no dependencies, so what an install would do is to unpack it.
  await run('tar', ['-xzf', await packPackage(SDK, project), '--strip-components=1', '-C', unpacked])
  await writeFile(join(project, 'package.json'), '{"name":"somebody","private":true,"type":"module"}')
  for (const script of ['service.mjs', 'worker.mjs']) {
    await copyFile(fileURLToPath(new URL(script, import.meta.url)), join(project, script))
  }
  return project
}
