import { defineConfig } from 'vitest/config'

const root = new URL('../', import.meta.url).pathname
const include = ['test/**/*.test.ts']

/**
 * One project a package; `e2e` and `conformance` run on what `build` made, one file at a time: the first with real
 * processes and browsers, the second over HTTP against any collector (see its global set-up).
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'check', root: `${root}.ci`, include } },
      ...['protocol', 'testkit', 'sdk', 'collector'].map((name) => ({
        test: { name, root: `${root}packages/${name}`, include, testTimeout: 30_000 },
      })),
      {
        test: {
          name: 'e2e',
          root: `${root}packages/e2e`,
          include,
          exclude: ['test/conformance/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'conformance',
          root: `${root}packages/e2e`,
          include: ['test/conformance/**/*.test.ts'],
          globalSetup: [`${root}packages/e2e/test/conformance/global-setup.ts`],
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
