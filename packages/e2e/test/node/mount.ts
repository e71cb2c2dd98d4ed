import { spawnSync } from 'node:child_process'

/** Whether {@link mount} may be expected to work. */
export const CAN_MOUNT = process.platform === 'linux' && process.getuid?.() === 0

export function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${args.join(' ')} failed: ${stderr}`)
}

/** Undoes every mount on `folder`, also while files on it are open. */
export function unmountAll(folder: string): void {
  while (spawnSync('umount', ['--lazy', folder]).status === 0);
}
