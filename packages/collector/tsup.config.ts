import { defineConfig } from 'tsup'

export default defineConfig({
  entry: {
    main: 'src/main.ts',
    index: 'src/index.ts',
    // Threads begin with a file of their own.
    'query-thread': 'src/store/blocks/query-thread.ts',
    'seal-thread': 'src/store/blocks/seal-thread.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  clean: true,
  noExternal: ['@truecount/protocol'],
  dts: { entry: 'src/index.ts' },
})
