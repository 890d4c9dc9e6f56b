import {
  type Attributes,
  type Context,
  context,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { DeliveryErrorCode, DeliveryState } from './delivery.js';

/** What is stored of a trace. Baggage is not: applications put personal data there. */
const STORED_FIELDS = ['traceparent', 'tracestate'];

/** As both are (W3C Trace Context); a propagator of the application could write anything, and no email fails over that. */
const STORABLE = /^[\x20-\x7e]{1,1000}$/;

type TraceCarrier = Readonly<Record<string, string>>;

/** Traces and counters (OpenTelemetry). No operation does anything until an SDK is registered. */
export interface QueueTelemetry {
  /** Runs the enqueueing of one delivery in a span; `carrier` connects what comes later with it. */
  enqueue<T>(
    delivery: { id: string; lane: string; type: string },
    run: (carrier: TraceCarrier | undefined) => Promise<T>,
  ): Promise<T>;
  /** Runs one attempt in a span of the trace that enqueued it. */
  attempt<T>(
    delivery: { id: string; lane: string; type: string; attempts: number; trace: TraceCarrier | undefined },
    run: () => Promise<T>,
  ): Promise<T>;
  /** Runs the sending of an attempt in a span. */
  send<T>(run: () => Promise<T>): Promise<T>;
  /** The current span failed for this reason. */
  failed(code: DeliveryErrorCode): void;
  /** Housekeeping has last done everything this long ago. */
  housekeepingLag(lagMs: number): void;
  /** A delivery got into this state. */
  count(delivery: { lane: string; type: string; state: DeliveryState }): void;
}

function contextOf(carrier: TraceCarrier | undefined): Context {
  try {
    return propagation.extract(ROOT_CONTEXT, carrier ?? {});
  } catch {
    return ROOT_CONTEXT;
  }
}

export function createQueueTelemetry(): QueueTelemetry {
  const tracer = trace.getTracer('@postern/queue');
  const meter = metrics.getMeter('@postern/queue');
  const lag = meter.createGauge('postern.queue.housekeeping.lag', {
    description: 'Time since the last complete round of housekeeping, in any process',
    unit: 's',
  });
  const deliveries = meter.createCounter('postern.queue.deliveries', {
    description: 'Deliveries that got into a state',
    unit: '{delivery}',
  });
  const attributesOf = ({ id, lane, type }: { id: string; lane: string; type: string }): Attributes => ({
    'messaging.system': 'postern',
    'messaging.destination.name': lane,
    'messaging.message.id': id,
    'postern.usage_type': type,
  });

  async function finish<T>(span: Span, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      // Not recordException: the message of an error that is not ours may hold anything.
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    enqueue: (delivery, run) =>
      tracer.startActiveSpan(
        'postern.enqueue',
        { kind: SpanKind.PRODUCER, attributes: attributesOf(delivery) },
        (span) =>
          finish(span, () => {
            const carrier: Record<string, string> = {};
            propagation.inject(context.active(), carrier);
            const stored = Object.entries(carrier).filter(
              ([field, value]) => STORED_FIELDS.includes(field) && STORABLE.test(value),
            );
            return run(stored.length > 0 ? Object.fromEntries(stored) : undefined);
          }),
      ),
    attempt: (delivery, run) =>
      tracer.startActiveSpan(
        'postern.deliver',
        {
          kind: SpanKind.CONSUMER,
          attributes: { ...attributesOf(delivery), 'postern.attempt': delivery.attempts },
        },
        contextOf(delivery.trace),
        (span) => finish(span, run),
      ),
    send: (run) =>
      tracer.startActiveSpan('postern.send', { kind: SpanKind.CLIENT }, (span) => finish(span, run)),
    failed(code) {
      trace.getActiveSpan()?.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
    },
    housekeepingLag: (lagMs) => lag.record(lagMs / 1000),
    count: ({ lane, type, state }) =>
      deliveries.add(1, { 'postern.state': state, 'postern.lane': lane, 'postern.usage_type': type }),
  };
}
