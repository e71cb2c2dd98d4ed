import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Path of the file behind the command `truecount`, to be run with Node. */
export function collectorCommand(): string {
  const manifestUrl = import.meta.resolve('@truecount/collector/package.json')
  const manifest = JSON.parse(readFileSync(fileURLToPath(manifestUrl), 'utf8')) as { bin: { truecount: string } }
  return fileURLToPath(new URL(manifest.bin.truecount, manifestUrl))
}
