import type { Webhook } from '../store/registry.ts'

/** How long a secret still signs after it was replaced. */
export const OLD_SECRET_MS = 24 * 3_600_000

/** Most replaced secrets that sign at a time. */
export const MAX_OLD_SECRETS = 4

/** The webhook with a new secret, the one before signing beside it for a while. The same webhook where too many do. */
export function rotateSecret(webhook: Webhook, secret: string, nowMs: number): Webhook {
  const valid = webhook.previousSecrets.filter(({ untilMs }) => untilMs > nowMs)
  if (valid.length >= MAX_OLD_SECRETS) return webhook
  const old = { secret: webhook.secret, untilMs: nowMs + OLD_SECRET_MS }
  return { ...webhook, secret, previousSecrets: [old, ...valid] }
}

/** The secrets that sign now, the current one first. */
export function signingSecrets(
  { secret, previousSecrets }: Pick<Webhook, 'secret' | 'previousSecrets'>,
  nowMs: number,
): readonly string[] {
  return [secret, ...previousSecrets.filter(({ untilMs }) => untilMs > nowMs).map((old) => old.secret)]
}
