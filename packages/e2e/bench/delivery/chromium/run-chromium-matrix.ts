import { setTimeout as delay } from 'node:timers/promises'
import type { EventInput } from '@truecount/protocol'
import { backForwardScenarios } from '../../../test/browser/back-forward-scenarios.ts'
import { hostScenarios } from '../../../test/browser/host-scenarios.ts'
import { leavingScenarios } from '../../../test/browser/leaving-scenarios.ts'
import { outageScenarios } from '../../../test/browser/outage-scenarios.ts'
import { runScenario } from '../../../test/browser/run-scenario.ts'
import type { Scenario } from '../../../test/browser/scenario.ts'
import { cellOf } from '../cell.ts'
import type { Cell, Matrix } from '../cell.ts'
import type { Choice } from '../choice.ts'
import type { KeptResults } from '../kept-results.ts'
import { versioned } from '../peers.ts'
import { runPooled } from '../run-pooled.ts'
import { CHROMIUM_SDKS } from './chromium-sdks.ts'
import type { ChromiumSdk } from './chromium-sdks.ts'
import { numberOf, startWireBackend } from './wire-backend.ts'

const AT_ONCE = 5
/** Three waits of Playwright's, at most. */
export const CHROMIUM_LIMIT_S = 90

/** Every SDK through every scenario of the Chromium matrix, several at a time. */
export async function runChromiumMatrix({ sdk, scenario }: Choice, kept: KeptResults): Promise<Matrix> {
  const sdks = CHROMIUM_SDKS.filter(({ name }) => sdk(name))
  const all = [...leavingScenarios, ...outageScenarios, ...hostScenarios, ...backForwardScenarios]
  const scenarios = all.filter(({ name }) => scenario(name))
  const cells = await runPooled(
    scenarios.flatMap((one) =>
      sdks.map(
        (each) => () => kept.result(`chromium, ${one.name}, ${versioned(each)}`, () => runChromiumCell(each, one)),
      ),
    ),
    AT_ONCE,
  )
  const rows = scenarios.map(({ name }, row) => ({
    scenario: name,
    cells: cells.slice(row * sdks.length, (row + 1) * sdks.length),
  }))
  return { sdks: sdks.map(({ name }) => name), rows }
}

async function runChromiumCell({ subject, wire }: ChromiumSdk, scenario: Scenario): Promise<Cell> {
  const { backend, server } = await startWireBackend(wire)
  const ended = runScenario(subject, scenario, backend).catch((error: Error) => error)
  const hangs = new Error(`no end within ${CHROMIUM_LIMIT_S} s`)
  const result = await Promise.race([ended, delay(CHROMIUM_LIMIT_S * 1000, hangs, { ref: false })])
  const late = !(result instanceof Error) && scenario.withoutReturn && result.late ? [`${result.late} late`] : []
  const notes = result instanceof Error ? [failureOf(result)] : late
  // The event that the visitor tracks on coming back proves the way open, and counts as one of the scenario's.
  const tracked = result instanceof Error ? scenario.tracked : scenario.tracked + 1
  const identify = (event: EventInput) => (Number(numberOf(event)) <= tracked ? numberOf(event) : undefined)
  const cell = cellOf(tracked, [...server.stored], identify, notes)
  await backend.stop()
  return cell
}

/** Scenarios wait for what an SDK does; one that does it not within Playwright's 30 seconds can't be put through. */
function failureOf({ message }: Error): string {
  const first = message.split('\n', 1)[0] ?? ''
  if (/waitFor(Event|Request|Response): Timeout/.test(first)) return 'no attempt within 30 s'
  return /waitForFunction: Timeout/.test(first) ? 'not loaded within 30 s' : first
}
