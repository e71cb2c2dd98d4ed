import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packPackage } from '@truecount/testkit'
import { failure, runCommand, success } from './step.ts'
import type { Step } from './step.ts'

/** A package that is published, and how `attw` is to look at it. */
export interface PublishedPackage {
  readonly folder: string
  readonly attwArgs: readonly string[]
}

/** A step for one package: packed as publishing would, then judged by publint and by Are the Types Wrong. */
export function packageStep(name: string, { folder, attwArgs }: PublishedPackage): Step {
  return {
    name,
    needs: 'build',
    async run() {
      const destination = await mkdtemp(join(tmpdir(), 'truecount-pack-'))
      try {
        const tarball = await packPackage(folder, destination)
        const exitCodes = [
          await runCommand(['publint', 'run', tarball, '--strict', '--pack', 'false']),
          await runCommand(['attw', tarball, ...attwArgs]),
        ]
        return exitCodes.every((code) => code === 0) ? success() : failure(name)
      } finally {
        await rm(destination, { recursive: true })
      }
    },
  }
}
