import { describe, expect, test } from 'vitest'
import type { Tally } from './backend.ts'
import { hasChromium } from './chromium.ts'
import { hostScenarios } from './host-scenarios.ts'
import { leavingScenarios } from './leaving-scenarios.ts'
import { outageScenarios } from './outage-scenarios.ts'
import { startRecordingBackend } from './recording-backend.ts'
import { runScenario } from './run-scenario.ts'
import { trackAndLeave } from './scenario.ts'
import type { Scenario } from './scenario.ts'
import type { Subject } from './subject.ts'
import { truecount, truecountScriptTag } from './truecount-subject.ts'

const KEPT: Partial<Tally> = { lost: [], doubled: [], missing: 0, dropped: 0, preflights: 0 }

const CALLS_BEFORE_THE_SCRIPT: Scenario = {
  name: 'calls made before the script is there, then navigation in the same task as more of them',
  tracked: 20,
  withoutReturn: true,
  after: `
if (!localStorage.getItem('visited')) for (let n = 1; n <= 10; n++) window.subject.track(n, '')
localStorage.setItem('visited', 'yes')`,
  async run({ open }) {
    const page = await open()
    await page.waitForFunction(() => !('q' in (window as unknown as { truecount: object }).truecount))
    await trackAndLeave(page, 11, 20)
  },
}

async function keepsPromise(subject: Subject, scenario: Scenario): Promise<void> {
  const collector = await startRecordingBackend()
  try {
    const { tally, late, lastVisit } = await runScenario(subject, scenario, collector)
    expect(tally).toMatchObject(KEPT)
    if (scenario.withoutReturn) expect(late).toEqual([])
    expect(lastVisit).toMatchObject({ captured: 1, rejected: 0, dropped: 0, waiting: 0 })
    expect(lastVisit?.delivered).toBe(1 + Number(lastVisit?.adopted))
  } finally {
    await collector.stop()
  }
}

describe('in Chromium no event is lost and none counted twice', () => {
  test.skipIf(!hasChromium).for([...leavingScenarios, ...outageScenarios, ...hostScenarios])(
    '$name',
    async (scenario) => {
      await expect(keepsPromise(truecount, scenario)).resolves.toBeUndefined()
    },
  )
})

describe('by script tag no event is lost and none counted twice', () => {
  test.skipIf(!hasChromium).for([CALLS_BEFORE_THE_SCRIPT])('$name', async (scenario) => {
    await expect(keepsPromise(truecountScriptTag, scenario)).resolves.toBeUndefined()
  })
})
