import type { OpenRoute } from '../http/open-route.ts'
import type { Route } from '../http/route.ts'
import { DOCS_PAGE_POLICY, renderDocsPage } from './docs-page.ts'
import { describeApi } from './openapi.ts'

/** `/openapi.json` and `/docs`: what the routes given, and these two, take and answer. */
export function createDescribeRoutes(routes: readonly Route[], openRoutes: readonly OpenRoute[]): readonly OpenRoute[] {
  const described: readonly OpenRoute[] = [
    {
      path: '/openapi.json',
      summary: 'This description, as OpenAPI 3.1',
      async handle(ctx) {
        ctx.set('Access-Control-Allow-Origin', '*')
        ctx.body = api
      },
    },
    {
      path: '/docs',
      summary: 'This description, as a page',
      async handle(ctx) {
        ctx.set('Content-Security-Policy', DOCS_PAGE_POLICY)
        ctx.type = 'html'
        ctx.body = page
      },
    },
  ]
  const api = describeApi(routes, [...openRoutes, ...described])
  const page = renderDocsPage(api)
  return described
}
