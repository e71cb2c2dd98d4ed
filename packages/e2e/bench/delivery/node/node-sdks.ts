import { fileURLToPath } from 'node:url'
import type { PeerName } from '../peers.ts'
import { amplitudeWire } from '../wires/amplitude-wire.ts'
import { posthogWire } from '../wires/posthog-wire.ts'
import { segmentWire } from '../wires/segment-wire.ts'
import { snowplowWire } from '../wires/snowplow-wire.ts'
import { truecountWire } from '../wires/truecount-wire.ts'
import type { Wire } from '../wires/wire.ts'

/** An SDK for Node that the benchmark drives. */
export interface NodeSdk {
  readonly name: string
  /** Missing: Truecount's own. */
  readonly peer?: PeerName
  /** Path of the module that exports `createSubject`. */
  readonly subject: string
  readonly wire: Wire
  /** How it is set up, for the page. */
  readonly settings: string
}

export const TRUECOUNT: NodeSdk = {
  name: 'truecount',
  subject: pathOf('../../../test/node/subjects/truecount.ts'),
  wire: truecountWire,
  settings: 'defaults; the file queue where a scenario is about a process that ends, else memory',
}

export const NODE_SDKS: readonly NodeSdk[] = [
  TRUECOUNT,
  {
    name: 'segment',
    peer: '@segment/analytics-node',
    subject: pathOf('subjects/segment.ts'),
    wire: segmentWire,
    settings: '`flushAt` 100, `flushInterval` 500, `maxRetries` 1000',
  },
  {
    name: 'posthog',
    peer: 'posthog-node',
    subject: pathOf('subjects/posthog.ts'),
    wire: posthogWire,
    settings:
      '`flushAt` and `maxBatchSize` 100, `flushInterval` 500, `maxQueueSize` 1,000,000, `fetchRetryCount` 100, `fetchRetryDelay` 1000',
  },
  {
    name: 'amplitude',
    peer: '@amplitude/analytics-node',
    subject: pathOf('subjects/amplitude.ts'),
    wire: amplitudeWire,
    settings:
      '`flushIntervalMillis` 500, `flushMaxRetries` 1000; `flush()` only at shutdown, because it tries each event once',
  },
  {
    name: 'snowplow',
    peer: '@snowplow/node-tracker',
    subject: pathOf('subjects/snowplow.ts'),
    wire: snowplowWire,
    settings: '`eventStore` in memory with `maxSize` 1,000,000, `bufferSize` 10',
  },
]

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
