import { answerOf, type TestApp } from './start-test-app.ts'

const EXAMPLE = /```http\n([A-Z]+) (\S+)\n((?:[\w-]+: .*\n)*)(?:\n([^`]*))?```\n\n```json (\d{3})\n([^`]*)```/g

/** What differs from run to run: it must look like what stands there. */
const VARYING = [
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|\+00:00)$/,
  /^[A-Z][\w'-]+ [A-Z][\w'-]+$/,
  /^whsec_[A-Za-z0-9+/]{32}$/,
  /^tc_pk_[\w-]{32}$/,
  /^tc_pk_[\w-]{6}$/,
]
const VARYING_NUMBERS = ['duration_ms']

/** An answer as it was, and as the page has it. */
export interface ToldExample {
  readonly told: unknown
  readonly documented: unknown
}

/**
 * Sends the HTTP examples of a page to a collector, in order. `url` is where webhooks of the page are in truth.
 * Throws where the page has an example that is not whole.
 */
export async function tellExamples(page: string, app: TestApp, url?: string): Promise<readonly ToldExample[]> {
  const examples = [...page.matchAll(EXAMPLE)]
  if (examples.length !== page.split('```http').length - 1) throw new Error('An example of the page has no answer')
  const told: ToldExample[] = []
  let webhookId = ''
  for (const [, method, path, headerLines, body, status, documented] of examples) {
    const filled = (text: string) =>
      text
        .replaceAll('SECRET_KEY', app.secretKey)
        .replaceAll('PUBLISHABLE_KEY', app.publishableKey)
        .replaceAll('WEBHOOK_ID', webhookId)
        .replaceAll('https://hooks.example.com', url ?? 'https://hooks.example.com')
    const answer = await answerOf(
      fetch(app.url + filled(path as string), {
        method: method as string,
        headers: headersOf(filled(headerLines ?? '')),
        ...(body === undefined ? {} : { body: filled(body) }),
      }),
    )
    const expected: unknown = JSON.parse(filled(documented as string))
    told.push({
      told: { path, status: answer.status, body: likeDocumented(answer.body, expected) },
      documented: { path, status: Number(status), body: expected },
    })
    if (method === 'POST' && path === '/api/v1/webhooks') webhookId = answer.body.id
  }
  return told
}

function headersOf(lines: string): [string, string][] {
  return lines
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(': ') as [string, string])
}

/** Puts the documented text where an answer has another id, time or secret. */
function likeDocumented(actual: unknown, documented: unknown): unknown {
  if (typeof actual === 'string' && typeof documented === 'string') {
    return VARYING.some((shape) => shape.test(actual) && shape.test(documented)) ? documented : actual
  }
  if (typeof actual !== 'object' || actual === null || typeof documented !== 'object') return actual
  if (Array.isArray(actual)) return actual.map((member, i) => likeDocumented(member, (documented as unknown[])?.[i]))
  const members = documented as Readonly<Record<string, unknown>> | null
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => {
      const varies = VARYING_NUMBERS.includes(name) && typeof value === 'number'
      return [name, varies ? members?.[name] : likeDocumented(value, members?.[name])]
    }),
  )
}
