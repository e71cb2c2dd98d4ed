/** Runs all jobs, at most `width` at a time, and resolves with their results in order. */
export async function runPooled<Result>(
  jobs: readonly (() => Promise<Result>)[],
  width: number,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const work = async () => {
    while (next < jobs.length) {
      const index = next++
      results[index] = await (jobs[index] as () => Promise<Result>)()
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  return results
}
