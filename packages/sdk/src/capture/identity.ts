/** Whose events these are, where a call does not say so itself. */
export interface Identity {
  /** The `user_id` of the next event, if there is one. */
  userId(): string | undefined
  /** From now on it is this user. Returns the anonymous id that the user's earlier events bear, if any. */
  identify(userId: string): string | undefined
  /** Forgets the user; a new anonymous id where there are such. */
  reset(): void
}

/** For services: every call names its user; `identify` only tells the collector, and nothing sticks. */
export function createServiceIdentity(): Identity {
  return { userId: () => undefined, identify: () => undefined, reset: () => undefined }
}
