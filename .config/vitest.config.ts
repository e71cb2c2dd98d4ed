import { defineConfig } from 'vitest/config'

const packages = new URL('../packages/', import.meta.url).pathname

/** One project a package; `e2e` runs on what `build` made, one file at a time, with real processes and browsers. */
export default defineConfig({
  test: {
    projects: ['protocol', 'testkit', 'sdk', 'collector']
      .map((name) => ({
        test: { name, root: packages + name, include: ['test/**/*.test.ts'] },
      }))
      .concat([
        {
          test: {
            name: 'e2e',
            root: packages + 'e2e',
            include: ['test/**/*.test.ts'],
            fileParallelism: false,
            testTimeout: 120_000,
            hookTimeout: 60_000,
          },
        } as never,
      ]),
  },
})
