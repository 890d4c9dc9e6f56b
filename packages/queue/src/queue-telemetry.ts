import {
  type Attributes,
  type Context,
  context,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { ask } from './application-callback.js';
import type { DeliveryErrorCode, DeliveryState } from './delivery.js';

/** The trace headers that are stored. Baggage is not stored, because applications put personal data there. */
const STORED_FIELDS = ['traceparent', 'tracestate'];

/**
 * As both are (W3C Trace Context); a propagator of the application could write anything, and no email fails over that.
 */
const STORABLE = /^[\x20-\x7e]{1,1000}$/;

type TraceCarrier = Readonly<Record<string, string>>;

/**
 * Traces and counters (OpenTelemetry). No operation does anything until an SDK is registered, and errors of the SDK are
 * ignored.
 */
export interface QueueTelemetry {
  /** Enqueues deliveries in a span. `carrier` links later spans to it. */
  enqueue<T>(
    deliveries: readonly { id: string; lane: string; type: string }[],
    run: (carrier: TraceCarrier | undefined) => Promise<T>,
  ): Promise<T>;
  /** Runs an attempt in a span of the trace that enqueued the email. */
  attempt<T>(
    delivery: { id: string; lane: string; type: string; attempts: number; trace: TraceCarrier | undefined },
    run: () => Promise<T>,
  ): Promise<T>;
  /** Sends an email in a span. */
  send<T>(run: () => Promise<T>): Promise<T>;
  /** Marks the current span as failed. */
  failed(code: DeliveryErrorCode): void;
  /** Records the time since the last complete round of housekeeping. */
  housekeepingLag(lagMs: number): void;
  /** Counts a delivery that entered a state. */
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
    description: 'Deliveries that entered a state',
    unit: '{delivery}',
  });
  const attributesOf = ({ id, lane, type }: { id: string; lane: string; type: string }): Attributes => ({
    'messaging.system': 'postern',
    'messaging.destination.name': lane,
    'messaging.message.id': id,
    'postern.usage_type': type,
  });

  const attributesOfAll = (deliveries: Parameters<QueueTelemetry['enqueue']>[0]): Attributes => {
    const [only, ...others] = deliveries;
    return only && others.length === 0
      ? attributesOf(only)
      : { 'messaging.system': 'postern', 'messaging.batch.message_count': deliveries.length };
  };

  async function finish<T>(span: Span, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      // Do not use recordException: the message of a foreign error can contain secrets.
      ask(() => span.setStatus({ code: SpanStatusCode.ERROR }));
      throw error;
    } finally {
      ask(() => span.end());
    }
  }

  /** Runs without a span if the tracer fails. */
  function inSpan<T>(
    name: string,
    options: SpanOptions,
    run: () => Promise<T>,
    parent: () => Context = () => context.active(),
  ): Promise<T> {
    let running: Promise<T> | undefined;
    ask(() =>
      tracer.startActiveSpan(name, options, parent(), (span) => {
        running = finish(span, run);
        return running;
      }),
    );
    return running ?? run();
  }

  /** The {@link STORED_FIELDS} of the current trace. */
  function currentTrace(): TraceCarrier | undefined {
    const carrier: Record<string, string> = {};
    ask(() => propagation.inject(context.active(), carrier));
    const stored = Object.entries(carrier).filter(
      ([field, value]) => STORED_FIELDS.includes(field) && typeof value === 'string' && STORABLE.test(value),
    );
    return stored.length > 0 ? Object.fromEntries(stored) : undefined;
  }

  return {
    enqueue: (deliveries, run) =>
      inSpan(
        'postern.enqueue',
        { kind: SpanKind.PRODUCER, attributes: attributesOfAll(deliveries) },
        async () => run(currentTrace()),
      ),
    attempt: (delivery, run) =>
      inSpan(
        'postern.deliver',
        {
          kind: SpanKind.CONSUMER,
          attributes: { ...attributesOf(delivery), 'postern.attempt': delivery.attempts },
        },
        run,
        () => contextOf(delivery.trace),
      ),
    send: (run) => inSpan('postern.send', { kind: SpanKind.CLIENT }, run),
    failed: (code) =>
      void ask(() =>
        trace.getActiveSpan()?.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR }),
      ),
    housekeepingLag: (lagMs) => void ask(() => lag.record(lagMs / 1000)),
    count: ({ lane, type, state }) =>
      void ask(() =>
        deliveries.add(1, { 'postern.state': state, 'postern.lane': lane, 'postern.usage_type': type }),
      ),
  };
}
