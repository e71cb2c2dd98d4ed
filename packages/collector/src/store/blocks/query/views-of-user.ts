import type { View } from '../view.ts'

/**
 * Those that may have rows of a user, a few more than have. All are asked before columns of one are read: these would take the room of what
 * the others answer with.
 */
export function viewsOfUser(views: readonly View[], userId: string): readonly View[] {
  return views.filter(({ project, segment }) => segment.column('mayHaveUser')(project, userId))
}
