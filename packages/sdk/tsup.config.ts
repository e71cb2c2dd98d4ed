import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { defineConfig, type Options } from 'tsup'
import { MANGLED_NAMES } from './src/mangled-names.ts'

const shared: Options = {
  tsconfig: 'tsconfig.build.json',
  noExternal: ['@truecount/protocol'],
  target: 'es2022',
  minify: true,
  dts: true,
  format: ['esm', 'cjs'],
}

const mangleProps = new RegExp(`^(?:${MANGLED_NAMES.join('|')})$`)

/** Small, and with its `@__PURE__` marks, by which a bundler leaves out what is not imported: white space bears them. */
const treeShakable: Options = {
  ...shared,
  minify: false,
  esbuildOptions(options) {
    options.minifyIdentifiers = true
    options.minifySyntax = true
  },
}

/** For the pages that visitors load: what looks for mistakes that TypeScript finds is left out, and sentences are short. */
const production: Options['esbuildPlugins'] = [
  {
    name: 'production',
    setup(build) {
      build.onLoad({ filter: /src[\\/]development\.ts$/ }, () => ({
        contents: 'export const IS_DEVELOPMENT = false',
        loader: 'ts',
      }))
    },
  },
]

const forBrowsers: Options = {
  ...treeShakable,
  platform: 'browser',
  esbuildOptions(options, context) {
    treeShakable.esbuildOptions?.(options, context)
    options.mangleProps = mangleProps
  },
}

/** One entry a platform, each whole by itself: no chunk is shared, so that a page loads one file. */
export default defineConfig([
  { ...forBrowsers, entry: { browser: 'src/browser/index.ts' }, esbuildPlugins: production },
  // The same, and loud: what bundlers take while an application is developed.
  { ...forBrowsers, entry: { 'browser.development': 'src/browser/index.ts' }, dts: false },
  { ...treeShakable, entry: { node: 'src/node/index.ts' }, platform: 'node' },
  { ...treeShakable, entry: { edge: 'src/edge/index.ts' }, platform: 'neutral' },
  // A directive: what the entry gives is for client components, which React must know before it runs them on a server.
  { ...shared, entry: { react: 'src/react/index.ts' }, platform: 'neutral', banner: { js: "'use client';" } },
  {
    ...shared,
    entry: { testing: 'src/testing/index.ts' },
    platform: 'neutral',
    noExternal: ['@truecount/protocol', 'superstruct'],
  },
  { ...shared, entry: { webhooks: 'src/webhooks/index.ts' }, platform: 'neutral' },
  {
    ...shared,
    entry: { truecount: 'src/script/index.ts' },
    platform: 'browser',
    format: 'iife',
    dts: false,
    outExtension: () => ({ js: '.iife.js' }),
    esbuildOptions(options) {
      options.mangleProps = mangleProps
    },
    onSuccess: () => printIntegrity('dist/truecount.iife.js'),
  },
])

/** Prints what a script tag's `integrity` must be for exactly this file (W3C Subresource Integrity). */
async function printIntegrity(path: string): Promise<void> {
  const hash = createHash('sha384').update(await readFile(path))
  console.log(`${path} integrity="sha384-${hash.digest('base64')}"`)
}
