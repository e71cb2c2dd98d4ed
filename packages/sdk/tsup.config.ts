import { defineConfig, type Options } from 'tsup'

const shared: Options = {
  tsconfig: 'tsconfig.build.json',
  noExternal: ['@truecount/protocol'],
  target: 'es2022',
  minify: true,
  dts: true,
  format: ['esm', 'cjs'],
}

/** One entry a platform, each whole by itself: no chunk is shared, so that a page loads one file. */
export default defineConfig([
  { ...shared, entry: { browser: 'src/browser/index.ts' }, platform: 'browser' },
  { ...shared, entry: { node: 'src/node/index.ts' }, platform: 'node' },
  { ...shared, entry: { webhooks: 'src/webhooks/index.ts' }, platform: 'neutral' },
  {
    ...shared,
    entry: { truecount: 'src/script/index.ts' },
    platform: 'browser',
    format: 'iife',
    dts: false,
    outExtension: () => ({ js: '.iife.js' }),
  },
])
