import { play, createProject } from './crash-scenario.ts'
import { openTestBlocks } from './open-test-blocks.ts'

/** Plays the scenario on a file, and ends like a power switch at the first step of a name. */
const [path, journal, deadly] = process.argv.slice(2) as [string, string, string]
const blocks = await openTestBlocks(path, {
  faultPoint(name) {
    process.stdout.write(`${name}\n`)
    if (name === deadly) process.kill(process.pid, 'SIGKILL')
  },
})
createProject(blocks.db)
await play({ ...blocks.file }, blocks.file.sealAll, journal)
if (blocks.errors.length > 0) throw blocks.errors[0]
await blocks.close()
