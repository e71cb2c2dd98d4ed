import { MAX_BATCH_EVENTS } from '@truecount/protocol'
import type { Clock } from './clock.ts'
import { IS_DEVELOPMENT } from './development.ts'
import { isText } from './must.ts'
import { problemsOfKinds } from './option-kinds.ts'
import { MAX_TIMER_MS } from './tuning.ts'

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
  /** Time, for tests and for hosts that have their own. Default: the platform's clock and timers. */
  readonly clock?: Clock
  /** `true`: every call does nothing. Default `false`. */
  readonly disabled?: boolean
  /** `true`: tells every signal on the console. Default `false`. */
  readonly debug?: boolean
}

/** Defaults that hold on every platform. */
export const DEFAULTS = {
  flushAt: 20,
  flushIntervalMs: 2000,
  maxBatchEvents: MAX_BATCH_EVENTS,
  requestTimeoutMs: 30_000,
  consent: 'granted',
} as const

/** Defaults that each platform has its own of. */
export type PlatformDefaults = Required<Pick<CoreOptions, 'clock' | 'maxQueueBytes'>>

/** Options with every default filled in. */
export type ResolvedOptions<Options extends CoreOptions> = Options &
  Required<Pick<CoreOptions, keyof typeof DEFAULTS>> &
  PlatformDefaults

/**
 * Fills in defaults, `ofPlatform` among them. `log` is told every problem at once, in words that say what
 * to do; a tracker of such options is disabled.
 */
export function resolveOptions<Options extends CoreOptions>(
  given: Options,
  ofPlatform: PlatformDefaults,
  log: (message: string) => void,
): ResolvedOptions<Options> {
  const options = { ...given } as Record<string, unknown>
  const { key, endpoint } = options
  for (const [name, usual] of Object.entries({ ...DEFAULTS, ...ofPlatform })) options[name] ??= usual
  const problems = [
    isText(key) || (IS_DEVELOPMENT ? 'key: give the API key of your project' : 'give key'),
    (isText(endpoint) && /^https?:/.test(endpoint)) ||
      (IS_DEVELOPMENT ? 'endpoint: give the URL of your collector' : 'give endpoint'),
    ...(IS_DEVELOPMENT ? problemsOf(options, ofPlatform) : []),
  ].filter(isText)
  if (problems[0]) {
    options['disabled'] = true
    log(IS_DEVELOPMENT ? `nothing is captured. ${problems.join('; ')}` : `disabled: ${problems.join()}`)
  }
  return options as unknown as ResolvedOptions<Options>
}

function problemsOf(options: Record<string, unknown>, ofPlatform: PlatformDefaults): string[] {
  return [...problemsOfNumbers(options, ofPlatform), ...problemsOfKinds(options, { ...DEFAULTS, ...ofPlatform })]
}

function problemsOfNumbers(options: Record<string, unknown>, ofPlatform: PlatformDefaults): string[] {
  return Object.entries({ ...DEFAULTS, ...ofPlatform }).flatMap(([name, usual]) => {
    const value = options[name]
    const most = name === 'maxBatchEvents' ? MAX_BATCH_EVENTS : MAX_TIMER_MS
    const isGood = typeof usual !== 'number' || (typeof value === 'number' && value > 0 && value <= most)
    return isGood ? [] : `${name}: give a number above 0, at most ${most}`
  })
}
