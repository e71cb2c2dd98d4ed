import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a file in `docs/benchmarks`. */
export function pagePath(name: string): string {
  return fileURLToPath(new URL(`../../../../../docs/benchmarks/${name}`, import.meta.url))
}

/** Writes a page of Markdown as the repository has its pages. */
export function writePage(name: string, text: string): void {
  const path = pagePath(name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  execFileSync('oxfmt', [path])
  console.error(`Written: ${path}`)
}
