import type { JsonObject } from '@truecount/protocol'

export interface Project {
  readonly id: string
  readonly createdAtMs: number
}

/** What is known of a key; the key itself is not. */
export interface ApiKey {
  readonly id: string
  readonly projectId: string
  readonly kind: 'publishable' | 'secret'
  readonly hash: Uint8Array
  /** First characters, to tell keys apart in a list. */
  readonly prefix: string
  readonly createdAtMs: number
}

export interface Webhook {
  readonly id: string
  readonly projectId: string
  readonly url: string
  /** Event names that go here without a rule; `*` is all of them. */
  readonly events: readonly string[]
  readonly secret: string
  readonly createdAtMs: number
}

interface RuleAction {
  readonly type: 'webhook'
  readonly webhook_id: string
}

export interface Rule {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly conditions: JsonObject
  readonly actions: readonly RuleAction[]
  readonly enabled: boolean
  readonly createdAtMs: number
}

export interface Projects {
  create(project: Project): Promise<void>
  /** The oldest. */
  first(): Promise<Project | undefined>
  find(projectId: string): Promise<Project | undefined>
}

export interface ApiKeys {
  create(key: ApiKey): Promise<void>
  findByHash(hash: Uint8Array): Promise<ApiKey | undefined>
}

export interface Webhooks {
  create(webhook: Webhook): Promise<void>
  /** Oldest first. Of all projects if `projectId` is left out. */
  list(projectId?: string): Promise<readonly Webhook[]>
}

export interface Rules {
  create(rule: Rule): Promise<void>
  /** Oldest first. Of all projects if `projectId` is left out. */
  list(projectId?: string): Promise<readonly Rule[]>
}
