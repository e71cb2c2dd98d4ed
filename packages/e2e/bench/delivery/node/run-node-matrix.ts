import type { Scenario } from '../../../test/node/scenario.ts'
import { DISK } from '../../../test/node/scenarios/disk.ts'
import { NETWORK } from '../../../test/node/scenarios/network.ts'
import { PROCESS } from '../../../test/node/scenarios/process.ts'
import type { Cell, Matrix } from '../cell.ts'
import { runPooled } from '../run-pooled.ts'
import type { Choice } from '../choice.ts'
import type { KeptResults } from '../kept-results.ts'
import { versioned } from '../peers.ts'
import { NODE_SDKS } from './node-sdks.ts'
import { isBurst, runNodeCell } from './run-node-cell.ts'

const AT_ONCE = 6
/** The longest that a scenario itself waits for an SDK is 80 seconds, in two flushes. */
export const NODE_LIMIT_S = 90

/** Every SDK through every scenario: several at a time, but those that measure memory alone. */
export async function runNodeMatrix({ sdk, scenario }: Choice, kept: KeptResults): Promise<Matrix> {
  const sdks = NODE_SDKS.filter(({ name }) => sdk(name))
  const scenarios = [...NETWORK, ...PROCESS, ...DISK].filter(({ name }) => scenario(name))
  const run = async (chosen: readonly Scenario[], atOnce: number): Promise<readonly Cell[]> => {
    const jobs = chosen.flatMap((one) =>
      sdks.map(
        (each) => () =>
          kept.result(`node, ${one.name}, ${versioned(each)}`, () => runNodeCell(each, one, NODE_LIMIT_S * 1000)),
      ),
    )
    return runPooled(jobs, atOnce)
  }
  const [calm, bursts] = [scenarios.filter((one) => !isBurst(one)), scenarios.filter(isBurst)]
  const cells = [...(await run(calm, AT_ONCE)), ...(await run(bursts, 1))]
  const rows = [...calm, ...bursts].map(({ name }, row) => ({
    scenario: name,
    cells: cells.slice(row * sdks.length, (row + 1) * sdks.length),
  }))
  return { sdks: sdks.map(({ name }) => name), rows }
}
