import { hash } from 'node:crypto'

/** 48 bits. */
const HASH_DIGITS = 12

/** `user_text.hash`. */
export function userHash(project: number, text: string): number {
  return Number.parseInt(hash('sha256', `${project}\n${text}`, 'hex').slice(0, HASH_DIGITS), 16)
}
