import { expect } from 'vitest'
import type { Backend } from './backend.ts'
import { runScenario } from './run-scenario.ts'
import type { Scenario } from './scenario.ts'
import type { Subject } from './subject.ts'

/** Runs a scenario, stops the backend, and expects that the promise was kept: by its tally and by the pages' own. */
export async function expectKept(subject: Subject, scenario: Scenario, backend: Backend): Promise<void> {
  try {
    const { tally, late, pages } = await runScenario(subject, scenario, backend)
    expect(tally).toMatchObject({ lost: 0, doubled: 0, missing: 0, dropped: 0 })
    expect(tally.preflights ?? 0).toBe(0)
    expect(scenario.withoutReturn ? (late ?? 0) : 0).toBe(0)
    expect(pages[0]).toMatchObject({ captured: 1 })
    for (const page of pages) {
      expect(page).toMatchObject({ rejected: 0, dropped: 0, waiting: 0 })
      expect(page?.delivered).toBe(Number(page?.captured) + Number(page?.adopted))
    }
  } finally {
    await backend.stop()
  }
}
