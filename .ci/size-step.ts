import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { failure, success } from './step.ts'
import type { Step } from './step.ts'

/** One line of `.config/size-limits.json`; sizes are of brotli, quality 11. */
interface SizeLimit {
  readonly name: string
  /** A built file. */
  readonly path: string
  /** `bundle`: as a bundler would ship its `exports`; `file`: as it lies there, for a script tag. */
  readonly as: 'bundle' | 'file'
  /** Names that are imported. Default: all. */
  readonly exports?: readonly string[]
  readonly maxBytes: number
}

/** A step that fails if a built entry is larger than its limit. */
export function sizeStep(name: string, limitsPath: string): Step {
  return {
    name,
    needs: 'build',
    async run() {
      const limits = JSON.parse(await readFile(limitsPath, 'utf8')) as readonly SizeLimit[]
      const tooLarge: string[] = []
      for (const limit of limits) {
        const bytes = await brotliBytes(limit)
        const line = `${limit.name}: ${bytes} of ${limit.maxBytes} bytes`
        console.log(line)
        if (bytes > limit.maxBytes) tooLarge.push(line)
      }
      return tooLarge.length === 0 ? success() : failure(`${name}: too large: ${tooLarge.join('; ')}`)
    },
  }
}

async function brotliBytes({ path, as, exports }: SizeLimit): Promise<number> {
  const code = as === 'file' ? await readFile(path) : await bundle(path, exports)
  return brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
}

async function bundle(path: string, exports?: readonly string[]): Promise<Uint8Array> {
  const names = exports === undefined ? '*' : `{ ${exports.join(', ')} }`
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from ${JSON.stringify(resolve(path))}`, resolveDir: '.' },
    bundle: true,
    minify: true,
    format: 'esm',
    external: ['node:*', 'react'],
    write: false,
    logLevel: 'warning',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error(`esbuild made nothing of ${path}`)
  return file.contents
}
