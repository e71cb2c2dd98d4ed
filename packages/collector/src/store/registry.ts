import type { JsonObject } from '@truecount/protocol'

export interface Project {
  readonly id: string
  readonly name: string
  /** Origins whose pages may send events with a publishable key; `null`: any. */
  readonly allowedOrigins: readonly string[] | null
  readonly createdAtMs: number
}

/** What is known of a key; the key itself is not. */
export interface ApiKey {
  readonly id: string
  readonly projectId: string
  readonly kind: 'publishable' | 'secret'
  /** SHA-256 in hexadecimal digits, lower case. */
  readonly hash: string
  /** First characters, to tell keys apart in a list. */
  readonly prefix: string
  /** Events it may send in a minute: 0 for any number, `null` for the default. */
  readonly eventsPerMinute: number | null
  /** Analytics requests it may make in a minute: 0 for any number, `null` for the default. */
  readonly analyticsPerMinute: number | null
  readonly createdAtMs: number
  /** A revoked key opens nothing, for ever. */
  readonly revokedAtMs: number | null
}

/** What a webhook is made with. */
export interface NewWebhook {
  readonly id: string
  readonly projectId: string
  readonly url: string
  /** Event names that go here without a rule; `*` is all of them. */
  readonly events: readonly string[]
  readonly secret: string
  /** Whether events go there. What was waiting when it was switched off goes on when it is switched on again. */
  readonly enabled: boolean
  readonly createdAtMs: number
}

export interface Webhook extends NewWebhook {
  /** Secrets that were replaced and sign beside the new one for a while, newest first. */
  readonly previousSecrets: readonly PreviousSecret[]
  /** Why the collector switched it off; `null` when it did not. */
  readonly disabled: { readonly reason: string; readonly atMs: number } | null
  readonly health: WebhookHealth
}

export interface PreviousSecret {
  readonly secret: string
  readonly untilMs: number
}

/** How attempts at a webhook went of late. */
export interface WebhookHealth {
  /** The first of the failures since its last success; `null` when the last attempt was one. */
  readonly failingSinceMs: number | null
  /** The last of them. */
  readonly failedAtMs: number | null
  /** How often in a row it was slowed down. */
  readonly overloads: number
  /** Nothing is attempted before. */
  readonly pausedUntilMs: number
}

export interface RuleAction {
  readonly type: 'webhook'
  readonly webhook_id: string
}

/** A rule that counts fires when so many of its events come within a time. */
export interface RuleCounting {
  readonly count: number
  /** `<n>s|m|h|d`. */
  readonly within: string
  /** Path of what is counted apart; all events together if left out. */
  readonly by?: string | undefined
}

export interface Rule {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly conditions: JsonObject
  /** `null`: it fires for every event that matches. */
  readonly window: RuleCounting | null
  readonly actions: readonly RuleAction[]
  readonly enabled: boolean
  readonly createdAtMs: number
}

export interface Projects {
  create(project: Project): Promise<void>
  /** The oldest. */
  first(): Promise<Project | undefined>
  find(projectId: string): Promise<Project | undefined>
  /** Oldest first. */
  list(): Promise<readonly Project[]>
  /** Sets name and origins of a project that exists. */
  update(project: Project): Promise<void>
}

/** Users that were made here, not those that events merely name. */
export interface Users {
  /** Makes a user of each name; resolves with their ids, in order: positive, and never used again. */
  create(projectId: string, names: readonly string[]): Promise<readonly number[]>
  /** Ids of the oldest, at most so many. */
  oldest(projectId: string, limit: number): Promise<readonly number[]>
}

export interface ApiKeys {
  create(key: ApiKey): Promise<void>
  /** Finds revoked keys too. */
  findByHash(hash: string): Promise<ApiKey | undefined>
  /** Oldest first, revoked ones too. */
  list(projectId: string): Promise<readonly ApiKey[]>
  /** Whether the project had that key, valid until now. */
  revoke(projectId: string, keyId: string, atMs: number): Promise<boolean>
  /** Revokes a key and creates its successor, together. Does neither where {@link ApiKeys.revoke} would say no. */
  replace(keyId: string, successor: ApiKey): Promise<boolean>
}

export interface Webhooks {
  create(webhook: NewWebhook): Promise<void>
  /** Oldest first. Of all projects if `projectId` is left out. */
  list(projectId?: string): Promise<readonly Webhook[]>
  find(projectId: string, webhookId: string): Promise<Webhook | undefined>
  /**
   * Changes a webhook: `change` makes the new one of the one before, inside the transaction, and is pure and synchronous.
   * Resolves with the new one, or `undefined` where the project has no such webhook.
   */
  update(projectId: string, webhookId: string, change: (before: Webhook) => Webhook): Promise<Webhook | undefined>
  /** Forgets a webhook and its secret, and cancels what waits for it. What was delivered stays on record. */
  remove(projectId: string, webhookId: string, atMs: number): Promise<void>
}

export interface Rules {
  create(rule: Rule): Promise<void>
  /** Oldest first. Of all projects if `projectId` is left out. */
  list(projectId?: string): Promise<readonly Rule[]>
  /** How many a project has. */
  count(projectId: string): Promise<number>
  find(projectId: string, ruleId: string): Promise<Rule | undefined>
  /** Sets what may change of a rule that exists. What it has counted so far is forgotten. */
  update(rule: Rule): Promise<void>
  remove(projectId: string, ruleId: string): Promise<void>
}
