/** An SDK that is put through the scenarios: what its page loads, and how that page is driven. */
export interface Subject {
  readonly name: string
  /** Files of its own, by path; one of them leaves a {@link PageSubject} at `window.subject`. */
  files(endpoint: string, key: string): Promise<Readonly<Record<string, SiteFile>>>
  /** The tags that load it. No inline script: pages forbid it. */
  readonly tags: string
}

/** `type` is the Content-Type. */
export interface SiteFile {
  readonly type: string
  readonly body: string
}

/** What a page shows of the SDK that it runs. */
export interface PageSubject {
  /** Tracks an event that bears `n`, by which it is known whatever key it gets, and `text` to make it large. */
  track(n: number, text: string): void
  /** Asks the SDK to send what waits, where it can be asked. */
  flush(): void
  /** Whether nothing waits to be sent, in memory or in storage. */
  isIdle(): boolean
  /** The SDK's own figures, where it has any. */
  figures(): PageFigures | undefined
}

export interface PageFigures {
  readonly captured: number
  readonly adopted: number
  readonly delivered: number
  readonly duplicates: number
  readonly rejected: number
  readonly dropped: number
  readonly waiting: number
}

declare global {
  interface Window {
    subject: PageSubject
  }
}
