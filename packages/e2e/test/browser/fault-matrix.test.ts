import { describe, expect, test } from 'vitest'
import { backForwardScenarios } from './back-forward-scenarios.ts'
import { hasChromium } from './chromium.ts'
import { expectKept } from './expect-kept.ts'
import { hostScenarios } from './host-scenarios.ts'
import { leavingScenarios } from './leaving-scenarios.ts'
import { outageScenarios } from './outage-scenarios.ts'
import { startRealBackend } from './real-backend.ts'
import { startRecordingBackend } from './recording-backend.ts'
import { scriptTagScenarios } from './script-tag-scenarios.ts'
import { truecount, truecountScriptTag } from './truecount-subject.ts'

const scenarios = [...leavingScenarios, ...outageScenarios, ...hostScenarios, ...backForwardScenarios]

describe('in Chromium no event is lost and none counted twice', () => {
  test.skipIf(!hasChromium).for(scenarios)('$name', async (scenario) => {
    await expect(expectKept(truecount, scenario, await startRecordingBackend())).resolves.toBeUndefined()
  })
})

describe('by script tag no event is lost and none counted twice', () => {
  test.skipIf(!hasChromium).for(scriptTagScenarios)('$name', async (scenario) => {
    await expect(expectKept(truecountScriptTag, scenario, await startRecordingBackend())).resolves.toBeUndefined()
  })
})

describe('in Chromium, with the real collector, its books close', () => {
  const withReal = scenarios.filter(({ needsFaults, preferences }) => !needsFaults && !preferences)
  test.skipIf(!hasChromium).for(withReal)('$name', async (scenario) => {
    await expect(expectKept(truecount, scenario, await startRealBackend())).resolves.toBeUndefined()
  })
})
