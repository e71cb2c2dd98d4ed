import { existsSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { pnpmCommand } from '@truecount/testkit'
import { packageStep } from './packages-step.ts'
import { runSteps } from './run-steps.ts'
import { sizeStep } from './size-step.ts'
import { commandStep } from './step.ts'
import type { Step } from './step.ts'
import { testStep } from './test-step.ts'

/** Everything that must hold before a change is done, in order. */
const steps: readonly Step[] = [
  commandStep('format', ['oxfmt', '--check', '.']),
  commandStep('build', [...pnpmCommand(), 'run', 'build']),
  commandStep('lint', ['oxlint', '--type-aware', '--deny-warnings']),
  commandStep('types', ['tsc', '--build', '.config/tsconfig.json']),
  testStep('unit and contract tests', ['check', 'protocol', 'testkit', 'sdk', 'collector']),
  packageStep('package truecount', {
    folder: 'packages/sdk',
    attwArgs: ['--profile', 'node16', '--exclude-entrypoints', './truecount.iife.js'],
  }),
  packageStep('package @truecount/collector', { folder: 'packages/collector', attwArgs: ['--profile', 'esm-only'] }),
  sizeStep('size', '.config/size-limits.json'),
  commandStep('unused code', ['knip', '--config', '.config/knip.json']),
  { ...testStep('end-to-end and conformance tests', ['e2e', 'conformance']), needs: 'build' },
]

process.chdir(resolve(import.meta.dirname, '..'))
process.env['PATH'] = `${resolve('node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`

if (!existsSync(process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium')) {
  console.log('Chromium is missing, so the browser tests will be skipped. To get it: apt-get install -y chromium')
}
process.exitCode = await runSteps(steps)
