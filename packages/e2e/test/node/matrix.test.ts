import { fileURLToPath } from 'node:url'
import { describe, test } from 'vitest'
import { startRealBackend } from './backends/real.ts'
import { startRecordingBackend } from './backends/recording.ts'
import { expectKept } from './expect-kept.ts'
import { CAN_MOUNT } from './mount.ts'
import { runScenario } from './run-scenario.ts'
import { DISK_KB } from './scenario.ts'
import { DISK } from './scenarios/disk.ts'
import { NETWORK } from './scenarios/network.ts'
import { PROCESS } from './scenarios/process.ts'

const SUBJECT = fileURLToPath(new URL('subjects/truecount.ts', import.meta.url))

describe.each([
  { server: 'a recording server', startBackend: startRecordingBackend },
  { server: 'the real collector', startBackend: startRealBackend },
])('against $server nothing is lost, nothing doubled, and the books add up', ({ startBackend }) => {
  for (const scenario of [...NETWORK, ...PROCESS, ...DISK]) {
    const needsMount = Object.hasOwn(DISK_KB, scenario.queue ?? 'memory')
    const name = needsMount ? `${scenario.name} (wants root, for a mount)` : scenario.name
    test.skipIf(needsMount && !CAN_MOUNT)(name, { concurrent: true }, async () => {
      expectKept(await runScenario(scenario, SUBJECT, startBackend), scenario.expected ?? {})
    })
  }
})
