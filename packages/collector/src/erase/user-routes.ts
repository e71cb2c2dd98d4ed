import { number, string, type } from 'superstruct'
import type { Route } from '../http/route.ts'
import type { Eraser } from '../store/eraser.ts'

/** The route that forgets a user. When it answers nothing that was stored of the user is shown any more. */
export function createUserRoutes(eraser: Pick<Eraser, 'eraseUser'>): readonly Route[] {
  return [
    {
      method: 'DELETE',
      path: '/api/v1/users/:user_id',
      access: 'secret',
      doc: {
        summary: 'Delete everything that is stored of a user',
        answer: {
          status: 200,
          description: 'How many events were deleted: none is shown any more, and they leave the file soon after',
          body: type({ user_id: string(), deleted: number() }),
        },
      },
      async handle(ctx, key) {
        const userId = (ctx['params'] as { user_id: string }).user_id
        ctx.body = { user_id: userId, deleted: await eraser.eraseUser(key.projectId, userId) }
      },
    },
  ]
}
