import { defineConfig } from 'vitest/config'

const root = new URL('../', import.meta.url).pathname
const include = ['test/**/*.test.ts']

/** One project a package; `e2e` runs on what `build` made, one file at a time, with real processes and browsers. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'check', root: `${root}.ci`, include } },
      ...['protocol', 'testkit', 'sdk', 'collector'].map((name) => ({
        test: { name, root: `${root}packages/${name}`, include },
      })),
      {
        test: {
          name: 'e2e',
          root: `${root}packages/e2e`,
          include,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
