import type { Scenario } from '../../../test/node/scenario.ts'
import { DISK } from '../../../test/node/scenarios/disk.ts'
import { NETWORK } from '../../../test/node/scenarios/network.ts'
import { PROCESS } from '../../../test/node/scenarios/process.ts'
import type { Cell, Matrix } from '../cell.ts'
import { runPooled } from '../run-pooled.ts'
import type { Choice } from '../choice.ts'
import { NODE_SDKS } from './node-sdks.ts'
import { runNodeCell } from './run-node-cell.ts'

const AT_ONCE = 6
const LIMIT_MS = 90_000
const BURST_LIMIT_MS = 180_000

/** Every SDK through every scenario: several at a time, but those that measure memory alone. */
export async function runNodeMatrix({ sdk, scenario }: Choice, say: (line: string) => void): Promise<Matrix> {
  const sdks = NODE_SDKS.filter(({ name }) => sdk(name))
  const scenarios = [...NETWORK, ...PROCESS, ...DISK].filter(({ name }) => scenario(name))
  const run = async (chosen: readonly Scenario[], atOnce: number, limitMs: number): Promise<readonly Cell[]> => {
    const jobs = chosen.flatMap((one) =>
      sdks.map((each) => async () => {
        const cell = await runNodeCell(each, one, limitMs)
        say(`node, ${one.name}, ${each.name}: ${JSON.stringify(cell)}`)
        return cell
      }),
    )
    return runPooled(jobs, atOnce)
  }
  const [calm, bursts] = [scenarios.filter((one) => !isBurst(one)), scenarios.filter(isBurst)]
  const cells = [...(await run(calm, AT_ONCE, LIMIT_MS)), ...(await run(bursts, 1, BURST_LIMIT_MS))]
  const rows = [...calm, ...bursts].map(({ name }, row) => ({
    scenario: name,
    cells: cells.slice(row * sdks.length, (row + 1) * sdks.length),
  }))
  return { sdks: sdks.map(({ name }) => name), rows }
}

/** What these take of memory is in their cells. */
function isBurst({ expected }: Scenario): boolean {
  return expected?.drops === 'counted'
}
