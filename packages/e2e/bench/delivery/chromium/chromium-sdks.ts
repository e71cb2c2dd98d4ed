import type { Subject } from '../../../test/browser/subject.ts'
import { truecount } from '../../../test/browser/truecount-subject.ts'
import type { PeerName } from '../peers.ts'
import { amplitudeWire } from '../wires/amplitude-wire.ts'
import { posthogWire } from '../wires/posthog-wire.ts'
import { segmentWire } from '../wires/segment-wire.ts'
import { snowplowWire } from '../wires/snowplow-wire.ts'
import { truecountWire } from '../wires/truecount-wire.ts'
import type { Wire } from '../wires/wire.ts'
import { createPeerSubject } from './peer-page.ts'

/** An SDK for pages that the benchmark drives. */
export interface ChromiumSdk {
  readonly name: string
  /** Missing: Truecount's own. */
  readonly peer?: PeerName
  readonly subject: Subject
  readonly wire: Wire
  /** How it is set up, for the page. */
  readonly settings: string
}

const segment = createPeerSubject({
  name: 'segment',
  peer: '@segment/analytics-next',
  setUp: (endpoint) => `
import { AnalyticsBrowser } from '@segment/analytics-next'
const service = { apiKey: 'key', apiHost: '${new URL(endpoint).host}/v1', protocol: 'http' }
const analytics = AnalyticsBrowser.load(
  { writeKey: 'key', cdnURL: '${endpoint}', cdnSettings: { integrations: { 'Segment.io': service } } },
  { integrations: { 'Segment.io': service } },
)
const track = (n, text) => void analytics.track('step', { n, text })
const flush = () => undefined
`,
})

const posthog = createPeerSubject({
  name: 'posthog',
  peer: 'posthog-js',
  setUp: (endpoint) => `
import posthog from 'posthog-js'
posthog.init('key', {
  api_host: '${endpoint}',
  opt_out_useragent_filter: true,
  autocapture: false,
  capture_pageview: false,
  capture_pageleave: false,
  disable_session_recording: true,
  disable_surveys: true,
  advanced_disable_flags: true,
  disable_external_dependency_loading: true,
  request_queue_config: { flush_interval_ms: 250 },
})
const track = (n, text) => void posthog.capture('step', { n, text })
const flush = () => undefined
`,
})

const amplitude = createPeerSubject({
  name: 'amplitude',
  peer: '@amplitude/analytics-browser',
  setUp: (endpoint) => `
import * as amplitude from '@amplitude/analytics-browser'
amplitude.init('key', {
  serverUrl: '${endpoint}/2/httpapi',
  autocapture: false,
  fetchRemoteConfig: false,
  remoteConfig: { fetchRemoteConfig: false },
  enableDiagnostics: false,
  flushIntervalMillis: 500,
  flushMaxRetries: 1000,
})
addEventListener('pagehide', () => {
  amplitude.setTransport('beacon')
  amplitude.flush()
})
const track = (n, text) => void amplitude.track('step', { n, text })
const flush = () => undefined
`,
})

const snowplow = createPeerSubject({
  name: 'snowplow',
  peer: '@snowplow/browser-tracker',
  setUp: (endpoint) => `
import { flushBuffer, newTracker, trackSelfDescribingEvent } from '@snowplow/browser-tracker'
newTracker('bench', '${endpoint}', { appId: 'bench', bufferSize: 1, keepalive: true })
const schema = 'iglu:com.example/step/jsonschema/1-0-0'
const track = (n, text) => trackSelfDescribingEvent({ event: { schema, data: { name: 'step', n, text } } })
const flush = () => flushBuffer()
`,
})

export const CHROMIUM_SDKS: readonly ChromiumSdk[] = [
  { name: 'truecount', subject: truecount, wire: truecountWire, settings: 'defaults' },
  {
    name: 'segment',
    peer: '@segment/analytics-next',
    subject: segment,
    wire: segmentWire,
    settings: 'unbatched without `keepalive` (its defaults, and what lost least), `cdnSettings` given in the page',
  },
  {
    name: 'posthog',
    peer: 'posthog-js',
    subject: posthog,
    wire: posthogWire,
    settings:
      '`request_queue_config.flush_interval_ms` 250 (its least), `opt_out_useragent_filter` (it takes headless Chromium for a bot), flags and automatic captures off',
  },
  {
    name: 'amplitude',
    peer: '@amplitude/analytics-browser',
    subject: amplitude,
    wire: amplitudeWire,
    settings:
      '`flushIntervalMillis` 500, `flushMaxRetries` 1000, beacon and `flush()` at `pagehide` as its documentation has it: what the browser took it holds for delivered',
  },
  {
    name: 'snowplow',
    peer: '@snowplow/browser-tracker',
    subject: snowplow,
    wire: snowplowWire,
    settings: '`bufferSize` 1, `keepalive` on',
  },
]
