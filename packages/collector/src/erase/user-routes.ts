import { number, string, type } from 'superstruct'
import type { Route } from '../http/route.ts'
import { type ErasureParts, eraseUser } from './erase-in-pieces.ts'

/** The route that forgets a user. It answers when everything that was stored of the user is gone. */
export function createUserRoutes(parts: ErasureParts): readonly Route[] {
  return [
    {
      method: 'DELETE',
      path: '/api/v1/users/:user_id',
      access: 'secret',
      doc: {
        summary: 'Delete everything that is stored of a user',
        answer: {
          status: 200,
          description: 'How many events were deleted; all of them are gone',
          body: type({ user_id: string(), deleted: number() }),
        },
      },
      async handle(ctx, key) {
        const userId = (ctx['params'] as { user_id: string }).user_id
        ctx.body = { user_id: userId, deleted: await eraseUser(parts, key.projectId, userId) }
      },
    },
  ]
}
