import { remove, sizeOf } from '../bit-set.ts'
import { addUsers, type ViewRanges } from './add-users.ts'
import type { RememberedUsers, WholePart } from './remembered-users.ts'
import type { RowSelection } from './row-ranges.ts'

/** Distinct users among a selection's rows of some views of a project; rows without a user are not counted. */
export type CountUsers = (selection: RowSelection, all: readonly ViewRanges[]) => number

export function createCountUsers(remembered: RememberedUsers): CountUsers {
  return (selection, all) => {
    const whole: WholePart[] = []
    const others: ViewRanges[] = []
    for (const part of all) {
      const segmentId = wholeSegment(part, selection)
      if (segmentId === undefined) others.push(part)
      else whole.push({ ...part, segmentId })
    }
    const project = all[0]?.view.project ?? 0
    const users = others.reduce(addUsers, remembered.of({ project, eventName: selection.eventName }, whole).slice())
    // Nobody is no user.
    remove(users, 0)
    return sizeOf(users)
  }
}

/** The segment of which neither the window nor an erasure leaves out rows of the names asked for. */
function wholeSegment({ view, ranges }: ViewRanges, { fromMs, toMs }: RowSelection): number | undefined {
  const { segment, hiddenBefore, hiddenUsers } = view
  const isWhole = Math.max(fromMs, hiddenBefore) <= segment.minMs && segment.maxMs < toMs && hiddenUsers.size === 0
  return isWhole && ranges.length > 0 ? segment.id : undefined
}
