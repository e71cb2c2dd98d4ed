import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { always, ok } from '@truecount/testkit'
import { mount } from './mount.ts'
import type { Act } from './scenario.ts'

export const goDown: Act = ({ backend }) => backend.goDown()
export const comeBack: Act = ({ backend }) => backend.comeBack()
export const heal: Act = ({ backend }) => backend.setFaults(always(ok))
/** SIGKILL to the run's first process. */
export const killFirst: Act = ({ children }) => children[0]?.kill()
export const removeFolder: Act = ({ queueFolder }) => rm(queueFolder, { recursive: true })

/** Whoever comes by the path may no longer write; wants root. Files that are open stay as they are. */
export const makeReadOnly: Act = ({ queueFolder }) => {
  mount('--bind', queueFolder, queueFolder)
  mount('-o', 'remount,bind,ro', queueFolder)
}

/** Cuts the last record short, as a crash in the middle of a write does. */
export const tearLastRecord: Act = async ({ queueFolder }) => {
  const journal = await onlyJournal(queueFolder)
  await truncate(journal, (await readFile(journal)).length - 5)
}

/** Changes one byte inside a record in the middle. */
export const flipByte: Act = async ({ queueFolder }) => {
  const journal = await onlyJournal(queueFolder)
  const bytes = await readFile(journal)
  const middle = bytes.indexOf('"tick"', bytes.length / 2) + 2
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
  await writeFile(journal, bytes)
}

async function onlyJournal(queueFolder: string): Promise<string> {
  const journals = (await readdir(queueFolder, { recursive: true })).filter((file) => file.endsWith('.journal'))
  if (journals.length !== 1) throw new Error(`Expected one journal, found ${journals.join(', ') || 'none'}`)
  return join(queueFolder, journals[0] as string)
}
