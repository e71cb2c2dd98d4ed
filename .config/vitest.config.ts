import { defineConfig } from 'vitest/config'

const root = new URL('../', import.meta.url).pathname
const include = ['test/**/*.test.ts']
/** What is waited for comes as late as the machine is busy: no test asserts how long something took, save beside something else or by far. */
const patient = { testTimeout: 30_000, expect: { poll: { timeout: 20_000 } } }

/** Files at a time. On two cores vitest would take one; more would make a browser and its collector wait for each other. */
const WORKERS = 2

/**
 * One project a package; `e2e` and `conformance` run on what `build` made: the first with real processes and browsers, the
 * second one file at a time, over HTTP against any collector (see its global set-up).
 */
export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    projects: [
      { test: { name: 'check', root: `${root}.ci`, include } },
      ...['protocol', 'testkit', 'sdk', 'collector'].map((name) => ({
        test: { name, root: `${root}packages/${name}`, include, ...patient },
      })),
      {
        test: {
          ...patient,
          name: 'e2e',
          root: `${root}packages/e2e`,
          include,
          exclude: ['test/conformance/**'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...patient,
          name: 'conformance',
          root: `${root}packages/e2e`,
          include: ['test/conformance/**/*.test.ts'],
          globalSetup: [`${root}packages/e2e/test/conformance/global-setup.ts`],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
