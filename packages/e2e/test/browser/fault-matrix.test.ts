import { describe, expect, test } from 'vitest'
import { backForwardScenarios } from './back-forward-scenarios.ts'
import { hasChromium } from './chromium.ts'
import { expectKept } from './expect-kept.ts'
import { hostScenarios } from './host-scenarios.ts'
import { leavingScenarios } from './leaving-scenarios.ts'
import { outageScenarios } from './outage-scenarios.ts'
import { startRealBackend } from './real-backend.ts'
import { startRecordingBackend } from './recording-backend.ts'
import type { Scenario } from './scenario.ts'
import { scriptTagScenarios } from './script-tag-scenarios.ts'
import { tabScenarios } from './tab-scenarios.ts'
import { truecount, truecountScriptTag } from './truecount-subject.ts'

/** With the name first: as a property it would be cut short in the title. */
const named = (all: readonly Scenario[]) => all.map((scenario) => [scenario.name, scenario] as const)

const scenarios = [...leavingScenarios, ...outageScenarios, ...hostScenarios, ...backForwardScenarios, ...tabScenarios]

describe('in Chromium no event is lost and none counted twice', () => {
  test.skipIf(!hasChromium).for(named(scenarios))('%s', async ([, scenario]) => {
    await expect(expectKept(truecount, scenario, await startRecordingBackend())).resolves.toBeUndefined()
  })
})

describe('by script tag no event is lost and none counted twice', () => {
  test.skipIf(!hasChromium).for(named(scriptTagScenarios))('%s', async ([, scenario]) => {
    await expect(expectKept(truecountScriptTag, scenario, await startRecordingBackend())).resolves.toBeUndefined()
  })
})

describe('in Chromium, with the real collector, its books close', () => {
  test.skipIf(!hasChromium).for(named(scenarios))('%s', async ([, scenario]) => {
    await expect(expectKept(truecount, scenario, await startRealBackend())).resolves.toBeUndefined()
  })
})
