import type { Route } from '../http/route.ts'
import { type ErasureParts, eraseUser } from './erase-in-pieces.ts'

/** The route that forgets a user. It answers when everything that was stored of the user is gone. */
export function createUserRoutes(parts: ErasureParts): readonly Route[] {
  return [
    {
      method: 'DELETE',
      path: '/api/v1/users/:user_id',
      access: 'secret',
      async handle(ctx, key) {
        const userId = (ctx['params'] as { user_id: string }).user_id
        ctx.body = { user_id: userId, deleted: await eraseUser(parts, key.projectId, userId) }
      },
    },
  ]
}
