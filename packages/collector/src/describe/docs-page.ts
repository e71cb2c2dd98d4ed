import { ERROR_STATUS } from '@truecount/protocol'
import type { OpenApi, Operation, Parameter } from './openapi.ts'
import { ERROR_MEANINGS } from './error-meanings.ts'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
section { border-top: 1px solid #8885; padding: 0.5rem 0 }
code, pre { font: 0.875rem ui-monospace, monospace }
pre { overflow: auto; max-height: 24rem; background: #8881; padding: 0.5rem }
h2 code { font-size: 1rem }
td { padding: 0.1rem 1rem 0.1rem 0; vertical-align: top }
`

/** What the page may load: nothing but its own style. */
export const DOCS_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** A page of the API, of one file and without a script. */
export function renderDocsPage({ info, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => renderOperation(method, path, operation)),
  )
  const errors = Object.entries(ERROR_STATUS).map(([error, status]) => [
    `<code>${error}</code>`,
    String(status),
    escape(ERROR_MEANINGS[error as keyof typeof ERROR_MEANINGS]),
  ])
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(info.title)}</title>
<style>${STYLE}</style>
<h1>${escape(info.title)}</h1>
<p>${escape(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>
${operations.join('\n')}
<section>
<h2>Errors</h2>
<p>Every error answer is <code>{"error","message","code"}</code>; <code>code</code> is the HTTP status.</p>
${renderTable(errors)}
</section>
</html>
`
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const { summary, description = '', parameters = [], requestBody, responses } = operation
  const answers = Object.entries(responses).map(([status, answer]) => [status, escape(answer.description)])
  return `<section id="${escape(operation.operationId)}">
<h2><code>${method.toUpperCase()} ${escape(path)}</code></h2>
<p>${escape(summary)}. ${escape(description)}</p>
${renderTable(parameters.map(rowOf))}
${requestBody === undefined ? '' : renderSchema('Body', requestBody)}
${Object.values(responses)
  .filter((answer) => 'content' in answer && !JSON.stringify(answer).includes('$ref'))
  .map((answer) => renderSchema('Answer', answer))
  .join('')}
${renderTable(answers)}
</section>`
}

function rowOf({ name, description }: Parameter): string[] {
  return [`<code>${escape(name)}</code>`, escape(description)]
}

function renderSchema(title: string, holder: Readonly<Record<string, unknown>>): string {
  const content = holder['content'] as { 'application/json': { schema: unknown } }
  const text = JSON.stringify(content['application/json'].schema, null, 2)
  return `<details><summary>${title}</summary><pre>${escape(text)}</pre></details>`
}

function renderTable(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table>${lines.join('')}</table>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
