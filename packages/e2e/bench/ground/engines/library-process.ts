import { type LibraryAnswer, type LibraryName, OPEN } from './library.ts'

// A library and the path of its data are the arguments. It says its version, then answers each list of statements.
const [name, path] = process.argv.slice(2) as [LibraryName, string]
const library = await OPEN[name](path)

async function answer(sql: readonly string[]): Promise<LibraryAnswer> {
  try {
    const startMs = performance.now()
    const results = []
    for (const statement of sql) results.push(await library.run(statement))
    return { ms: performance.now() - startMs, results }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

process.on('message', (sql: readonly string[]) => void answer(sql).then((said) => process.send?.(said)))
const [[version]] = (await library.run('SELECT version()')) as [[string]]
process.send?.(version)
