import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/main.ts', 'src/index.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node24',
  clean: true,
  noExternal: ['@truecount/protocol'],
  dts: { entry: 'src/index.ts' },
})
