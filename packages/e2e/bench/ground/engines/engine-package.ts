import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installFolder, installPackage } from '../../../test/install-package.ts'

/** What databases are reached by, each at the newest version that npm could install on that day. */
const VERSIONS = { pg: '8.23.1', chdb: '3.4.0', '@duckdb/node-api': '1.5.6-r.1' } as const

export type EnginePackage = keyof typeof VERSIONS

/** Loads a package, which is installed first where it is missing. Throws where that fails. */
export async function loadEnginePackage(name: EnginePackage): Promise<unknown> {
  const installed = await installPackage('engines', name, VERSIONS[name])
  if (!installed.ok) throw new Error(installed.reason)
  return createRequire(join(installFolder('engines', name, VERSIONS[name]), 'package.json'))(name)
}
