import { isBetter } from '../cell.ts'
import type { Cell, Matrix } from '../cell.ts'
import { table } from '../../ground/page/table.ts'

/** One row a scenario, one column an SDK, Truecount first. A peer's cell that is better than Truecount's is bold. */
export function matrixTable({ sdks, rows }: Matrix): string {
  return table(
    ['scenario', ...sdks],
    rows.map(({ scenario, cells }) => {
      const [ours, ...peers] = cells
      if (ours === undefined) return [scenario]
      return [scenario, cellText(ours), ...peers.map((peer) => emphasized(cellText(peer), isBetter(peer, ours)))]
    }),
  )
}

/** In words: the cells in which a peer is better, one a line. */
export function betterCells({ sdks, rows }: Matrix): string[] {
  return rows.flatMap(({ scenario, cells }) => {
    const [ours, ...peers] = cells
    if (ours === undefined) return []
    const better = peers.flatMap((peer, i) => (isBetter(peer, ours) ? `${sdks[i + 1]} ${cellText(peer)}` : []))
    return better.length === 0 ? [] : `${scenario}: ${better.join(', ')}; truecount ${cellText(ours)}`
  })
}

function cellText(cell: Cell): string {
  if (cell.kind === 'left out') return `– (${cell.why})`
  const { lost, doubled, blind, note } = cell
  return `${lost} / ${doubled} / ${blind}${note === '' ? '' : ` (${note.replaceAll('|', '\\|')})`}`
}

export function emphasized(text: string, isBold: boolean): string {
  return isBold ? `**${text}**` : text
}
