import { execFile } from 'node:child_process'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makePackedProject } from '../../../test/runtimes/packed-project.ts'
import { peerFolder } from '../peers.ts'
import type { PeerName } from '../peers.ts'
import { least } from './least.ts'

const run = promisify(execFile)
const IMPORTS = 15

export interface Installed {
  readonly packages: number
  readonly kb: number
  readonly importMs: number | undefined
}

/** A peer where npm put it, or Truecount's own package, packed and unpacked as an install would. */
export async function measureInstall(peer: PeerName | undefined): Promise<Installed> {
  if (peer !== undefined) return measureFolder(peerFolder(peer), peer)
  const project = await makePackedProject()
  try {
    return await measureFolder(project, 'truecount')
  } finally {
    await rm(project, { recursive: true })
  }
}

async function measureFolder(folder: string, name: string): Promise<Installed> {
  const modules = join(folder, 'node_modules')
  const times: number[] = []
  for (let i = 0; i < IMPORTS; i++) times.push(await importOnce(folder, name))
  return { packages: await countPackages(modules), kb: (await sizeOf(modules)) / 1024, importMs: least(times) }
}

async function importOnce(folder: string, name: string): Promise<number> {
  const code = `const begun = performance.now(); await import('${name}'); console.log(performance.now() - begun); process.exit(0)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder })
  return Number(stdout)
}

/** npm's own list of what it installed; a folder without one holds the one package. */
async function countPackages(modules: string): Promise<number> {
  const list = await readFile(join(modules, '.package-lock.json'), 'utf8').catch(() => undefined)
  return list === undefined ? 1 : Object.keys((JSON.parse(list) as { packages: object }).packages).length
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name !== '.package-lock.json')
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
