/**
 * Lines of a text stream, cut at `\n` alone: a JSON string may hold U+2028, which `node:readline` would cut at.
 * A last line without `\n` counts.
 */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
