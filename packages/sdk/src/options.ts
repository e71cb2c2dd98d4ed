/** What an event is before it is kept: what `beforeSend` sees, and may change or refuse. */
export interface OutgoingEvent {
  event_name: string
  user_id: string | undefined
  timestamp: Date | number | string
  metadata: object | undefined
}

/** Returns the event to keep, or `null` to drop it (counted under `before_send`). */
export type BeforeSend = (event: OutgoingEvent) => OutgoingEvent | null

/** `pending`: nothing is stored or sent, events wait in memory for `optIn()` or `optOut()`. `denied`: dropped. */
export type Consent = 'granted' | 'pending' | 'denied'

/** Options of every tracker, whatever it runs on. */
export interface CoreOptions {
  /** API key of the project; publishable, since it may be read by whoever runs the code. */
  readonly key: string
  /** Base URL of the collector, such as `https://events.example.com`. */
  readonly endpoint: string
  /** Waiting events that make a batch due at once. Default 20. */
  readonly flushAt?: number
  /** Longest time in milliseconds that an event waits for company. Default 2,000. */
  readonly flushIntervalMs?: number
  /** Most events in a request. Default and most: 100, the contract's limit. */
  readonly maxBatchEvents?: number
  /** Bound of the queue in bytes; beyond it events are dropped, counted and reported. Default: see the platform. */
  readonly maxQueueBytes?: number
  /** Longest time in milliseconds that one request may take. Default 30,000. */
  readonly requestTimeoutMs?: number
  /** Called with every event before it is kept; several are called in order. If one throws, the event is dropped. */
  readonly beforeSend?: BeforeSend | readonly BeforeSend[]
  /** In a browser, `false`: no id is made for visitors who are not identified. Default `true`. */
  readonly anonymousId?: boolean
  /** Default `granted`. */
  readonly consent?: Consent
  /** `true`: every call does nothing. Default `false`. */
  readonly disabled?: boolean
  /** `true`: says on the console what is captured and sent. Default `false`. */
  readonly debug?: boolean
  /** Is given a promise whenever events wait, so that a serverless platform lives until they are sent. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** Defaults that hold on every platform. */
export const DEFAULTS = {
  flushAt: 20,
  flushIntervalMs: 2000,
  maxBatchEvents: 100,
  requestTimeoutMs: 30_000,
  consent: 'granted',
} as const

/** Longest delay that a timer keeps: beyond it, it fires at once (HTML standard, Node.js timers). */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** Options with every default filled in. */
export type ResolvedOptions<Options extends CoreOptions> = Options & Required<Pick<CoreOptions, keyof typeof DEFAULTS>>

/** Fills in defaults and lists every problem at once, in words that say what to do. */
export function resolveOptions<Options extends CoreOptions>(
  options: Options,
): { readonly options: ResolvedOptions<Options>; readonly problems: readonly string[] } {
  const given = Object.fromEntries(Object.entries(Object(options)).filter(([, value]) => value !== undefined))
  const resolved = { ...DEFAULTS, ...given } as ResolvedOptions<Options>
  const problems: string[] = []
  if (typeof resolved.key !== 'string' || !resolved.key) problems.push('key: give the API key of your project')
  if (typeof resolved.endpoint !== 'string' || !/^https?:\/\/./.test(resolved.endpoint)) {
    problems.push('endpoint: give the URL of your collector, such as https://events.example.com')
  }
  for (const name of ['flushAt', 'flushIntervalMs', 'maxBatchEvents', 'maxQueueBytes', 'requestTimeoutMs'] as const) {
    const value = resolved[name]
    if (value === undefined) continue
    const isTime = name.endsWith('Ms')
    if (typeof value === 'number' && value > 0 && (!isTime || value <= MAX_TIMER_MS)) continue
    problems.push(`${name}: give a number above 0${isTime ? ` and at most ${MAX_TIMER_MS}` : ''}`)
  }
  if (resolved.maxBatchEvents > DEFAULTS.maxBatchEvents) problems.push('maxBatchEvents: give at most 100')
  return { options: resolved, problems }
}
