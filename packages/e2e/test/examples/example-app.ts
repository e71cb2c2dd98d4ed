import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startNodeChild } from '@truecount/testkit'
import { startSite } from '../browser/site.ts'
import type { Site } from '../browser/site.ts'

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }

/** Path of something in an example. */
export function exampleFile(...path: readonly string[]): string {
  return join(fileURLToPath(new URL('../../../../examples', import.meta.url)), ...path)
}

/** Builds an example as its own `build` script does, into `outDir`, and serves what came of it. */
export async function startViteSite(example: string, outDir: string, env: Record<string, string>): Promise<Site> {
  const vite = exampleFile(example, 'node_modules/vite/bin/vite.js')
  const args = ['build', '--outDir', outDir, '--emptyOutDir', ...(env['NODE_ENV'] ? ['--mode', env['NODE_ENV']] : [])]
  const child = startNodeChild(vite, { args, cwd: exampleFile(example), env })
  const { code } = await child.exited
  if (code !== 0) throw new Error(`vite build of ${example} failed:\n${child.output()}`)
  const names = await readdir(outDir, { recursive: true })
  const files = names
    .filter((name) => extname(name) in TYPES)
    .map(async (name) => {
      const body = await readFile(join(outDir, name), 'utf8')
      return [name === 'index.html' ? '/' : `/${name}`, { type: TYPES[extname(name)] as string, body }] as const
    })
  return startSite({ headers: {}, files: Object.fromEntries(await Promise.all(files)) })
}
