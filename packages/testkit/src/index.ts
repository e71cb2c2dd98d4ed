export { startNodeChild } from './child-process.ts'
export type { ChildExit, NodeChild, NodeChildOptions } from './child-process.ts'
export { always, seeded, sequence } from './fault-script.ts'
export type { FaultRates, FaultScript } from './fault-script.ts'
export { dropReply, dropRequest, garbage, hang, ok, partialReject, slow, status } from './fault.ts'
export type { Fault } from './fault.ts'
export { createManualClock } from './manual-clock.ts'
export type { ManualClock } from './manual-clock.ts'
export { startRecordingCollector } from './recording-collector.ts'
export type {
  Page,
  Recorded,
  RecordedRequest,
  RecordingCollector,
  RecordingCollectorOptions,
} from './recording-collector.ts'
export type { IngestLimits } from './ingest-request.ts'
export { createRandom } from './seeded-random.ts'
export { startWebhookSink } from './webhook-sink.ts'
export type { ReceivedDelivery, WebhookAnswer, WebhookSink, WebhookSinkOptions } from './webhook-sink.ts'
