import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { createEventMetrics, type EventMetrics } from './event-metrics.ts'
import type { BookReader } from './store/books.ts'
import type { DeliveryNext, Outbox } from './store/outbox.ts'

/** What the collector counts of itself, since it started, for Prometheus. */
export interface Metrics extends EventMetrics {
  commitTook(durationMs: number): void
  /** A webhook was tried. */
  attempted(next: DeliveryNext['state'], durationMs: number): void
  /** The collector switched a webhook off. */
  webhookDisabled(): void
  /** The exposition, with its media type. */
  expose(): Promise<{ readonly type: string; readonly text: string }>
}

const OUTCOMES: Readonly<Record<DeliveryNext['state'], string>> = {
  delivered: 'delivered',
  waiting: 'retry',
  failed: 'failed',
}

/** What is read anew each time that it is exposed. */
export interface MetricsParts {
  readonly outbox: Pick<Outbox, 'backlog'>
  readonly books: Pick<BookReader, 'total'>
  /** Deliveries that are being attempted. */
  readonly inFlight: () => number
  readonly now: () => number
}

export function createMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry()
  const lookAtDeliveries = createDeliveryGauges(registry, parts)
  const lookAtBooks = createBookGauge(registry, parts)
  const counter = (name: string, help: string, label?: string) =>
    new Counter({ name, help, registers: [registry], labelNames: label === undefined ? [] : [label] })
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, registers: [registry], buckets })
  const commit = histogram(
    'db_commit_seconds',
    'Time to commit what arrived together',
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  )
  const deliveries = counter('webhook_deliveries_total', 'Attempts to deliver, by what came of them', 'outcome')
  const attempt = histogram(
    'webhook_delivery_seconds',
    'Time that a webhook took to answer',
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
  )

  const disabled = counter('webhooks_disabled_total', 'Webhooks that the collector switched off')

  return {
    ...createEventMetrics(registry),
    commitTook: (durationMs) => commit.observe(durationMs / 1000),
    attempted(next, durationMs) {
      deliveries.inc({ outcome: OUTCOMES[next] })
      attempt.observe(durationMs / 1000)
    },
    webhookDisabled: () => disabled.inc(),
    async expose() {
      await lookAtDeliveries()
      await lookAtBooks()
      return { type: registry.contentType, text: await registry.metrics() }
    },
  }
}

/** Returns what sets the gauges to how things are now. */
function createDeliveryGauges(registry: Registry, { outbox, inFlight, now }: MetricsParts): () => Promise<void> {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const waitingNow = gauge('webhook_deliveries_waiting', 'Deliveries that wait, those of disabled webhooks too')
  const attemptedNow = gauge('webhook_deliveries_in_flight', 'Deliveries that are being attempted')
  const overdue = gauge('webhook_oldest_due_seconds', 'How long the longest due delivery has been due')
  return async () => {
    const { waiting, oldestDueAtMs } = await outbox.backlog()
    waitingNow.set(waiting)
    attemptedNow.set(inFlight())
    overdue.set(oldestDueAtMs === null ? 0 : Math.max(0, now() - oldestDueAtMs) / 1000)
  }
}

/** The same for the books of all projects together, since they began. */
function createBookGauge(registry: Registry, { books }: MetricsParts): () => Promise<void> {
  const gauge = new Gauge({
    name: 'books_events',
    help: 'Events in the books of all projects: captured = stored + rejected + dropped + missing',
    registers: [registry],
    labelNames: ['figure'],
  })
  return async () => {
    const { captured, stored, duplicatesPrevented, rejected, dropped, missing, waiting } = await books.total()
    const figures = { captured, stored, duplicates_prevented: duplicatesPrevented, rejected, dropped, missing, waiting }
    for (const [figure, events] of Object.entries(figures)) gauge.set({ figure }, events)
  }
}
