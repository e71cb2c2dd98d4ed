import type { KeyKind } from '../id/api-key.ts'

/** Which kinds of key may call a route, by its access. */
export const SCOPES = {
  ingest: ['publishable', 'secret'],
  secret: ['secret'],
} as const satisfies Readonly<Record<string, readonly KeyKind[]>>

export type Access = keyof typeof SCOPES

export function mayCall(kind: KeyKind, access: Access): boolean {
  const kinds: readonly KeyKind[] = SCOPES[access]
  return kinds.includes(kind)
}
