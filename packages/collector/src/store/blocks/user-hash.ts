import { hash } from 'node:crypto'

/** `user_text.hash`. */
export function userHash(project: number, text: string): number {
  return hash('sha256', `${project}\n${text}`, 'buffer').readUIntBE(0, 6)
}
