/** Where the file of a thread is: beside this one among the sources, beside the bundle in a bundle. */
export function threadEntry(name: 'query-thread' | 'seal-thread'): URL {
  return new URL(import.meta.url.endsWith('.ts') ? `./${name}.ts` : `./${name}.js`, import.meta.url)
}
