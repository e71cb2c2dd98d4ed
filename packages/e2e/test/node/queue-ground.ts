import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mount, unmountAll } from './mount.ts'
import { DISK_KB } from './scenario.ts'
import type { QueueGround } from './scenario.ts'

export interface PreparedGround {
  /** `undefined` where events wait in memory. */
  readonly queueFolder: string | undefined
  readonly clear: () => void
}

export async function prepareGround(ground: QueueGround, folder: string): Promise<PreparedGround> {
  const queueFolder = join(folder, 'queue')
  const clear = () => undefined
  switch (ground) {
    case 'memory':
      return { queueFolder: undefined, clear }
    case 'folder':
      return { queueFolder, clear }
    case 'unusable':
      // A path below a file: no folder can be made there, whoever asks.
      await writeFile(queueFolder, '')
      return { queueFolder: join(queueFolder, 'below'), clear }
    case 'tinyDisk':
    case 'disk':
      await mkdir(queueFolder)
      mount('-t', 'tmpfs', '-o', `size=${DISK_KB[ground]}k`, 'tmpfs', queueFolder)
      return { queueFolder, clear: () => unmountAll(queueFolder) }
  }
}
