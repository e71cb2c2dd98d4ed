import type { TestProject } from 'vitest/node'
import type { CollectorUnderTest } from './collector-under-test.ts'
import { startCollector } from './start-collector.ts'

/**
 * Judges the collector at `TRUECOUNT_URL`, which must be able to reach this machine's loopback (webhooks are received
 * there), with `TRUECOUNT_SECRET_KEY` and `TRUECOUNT_PUBLISHABLE_KEY`, two keys of one project without rate limits.
 * Optional, for the sentences that need them: `TRUECOUNT_PROJECT_ID`; `TRUECOUNT_LIMITED_SECRET_KEY` and
 * `TRUECOUNT_LIMITED_PUBLISHABLE_KEY`, of the same project with the documented limits and not used for a minute;
 * `TRUECOUNT_OTHER_SECRET_KEY` and `TRUECOUNT_OTHER_PROJECT_ID`, of another project.
 * Without `TRUECOUNT_URL` it starts the built collector on a temporary file.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = readEnvironment(process.env)
  const started = given === undefined ? await startCollector() : undefined
  project.provide('collector', (given ?? started?.collector) as CollectorUnderTest)
  return async () => started?.stop()
}

function readEnvironment(environment: NodeJS.ProcessEnv): CollectorUnderTest | undefined {
  const url = environment['TRUECOUNT_URL']
  if (url === undefined) return undefined
  const needed = (name: string) => {
    const value = environment[name]
    if (value === undefined) throw new Error(`TRUECOUNT_URL is set, so ${name} must be set too`)
    return value
  }
  const limitedSecret = environment['TRUECOUNT_LIMITED_SECRET_KEY']
  const otherSecret = environment['TRUECOUNT_OTHER_SECRET_KEY']
  return {
    url: new URL(url).origin,
    secretKey: needed('TRUECOUNT_SECRET_KEY'),
    publishableKey: needed('TRUECOUNT_PUBLISHABLE_KEY'),
    projectId: environment['TRUECOUNT_PROJECT_ID'],
    limited:
      limitedSecret === undefined
        ? undefined
        : { secretKey: limitedSecret, publishableKey: needed('TRUECOUNT_LIMITED_PUBLISHABLE_KEY') },
    other:
      otherSecret === undefined
        ? undefined
        : { secretKey: otherSecret, projectId: environment['TRUECOUNT_OTHER_PROJECT_ID'] },
    dbPath: undefined,
  }
}
