import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../src/browser/index.ts', import.meta.url))

/** What a bundler makes of a page that imports only `names`. */
async function bundle(...names: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { ${names.join(', ')} } from ${JSON.stringify(entry)}; use(${names.join(', ')})`,
      resolveDir: '.',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

describe('what a page does not import costs it nothing', () => {
  const DEFAULT_INSTANCE = 'init() was called before'
  const PAGE_VIEWS = 'currententrychange'
  const TRACKER = '/api/v1/events/batch'

  test('createTracker comes without the default instance and without page views', async () => {
    const code = await bundle('createTracker')
    expect(code).toContain(TRACKER)
    expect(code).not.toContain(DEFAULT_INSTANCE)
    expect(code).not.toContain(PAGE_VIEWS)
  })

  test('init and track come with the default instance and without page views', async () => {
    const code = await bundle('init', 'track')
    expect(code).toContain(TRACKER)
    expect(code).toContain(DEFAULT_INSTANCE)
    expect(code).not.toContain(PAGE_VIEWS)
  })

  test('autoPageViews comes without a tracker', async () => {
    const code = await bundle('autoPageViews')
    expect(code).toContain(PAGE_VIEWS)
    expect(code).not.toContain(TRACKER)
  })
})
