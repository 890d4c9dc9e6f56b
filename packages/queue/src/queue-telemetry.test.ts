import { context, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import * as sdk from '@opentelemetry/sdk-trace';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { expect, test } from 'vitest';
import { KEY } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { createMailQueue } from './index.js';

test('one trace goes from the enqueueing to the sending, and nothing personal is in it', async () => {
  const spans = new sdk.InMemorySpanExporter();
  const provider = new sdk.TracerProvider({
    spanProcessors: [new sdk.SimpleSpanProcessor({ exporter: spans })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  const counts = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: counts, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(meters);

  const { deliver } = mailerOn(createMemoryTransport());
  const queue = await createMailQueue({
    connection: { pglite: ':memory:' },
    mailer: {
      deliver: async (email) =>
        email.type === 'BindMfa' ? Promise.reject(failure('auth_failed')) : deliver(email),
    },
    keys: [KEY],
  });
  const sent = new Promise((resolve) => queue.on('sent', resolve));
  const failed = new Promise((resolve) => queue.on('failed', resolve));
  const personal = propagation.setBaggage(
    ROOT_CONTEXT,
    propagation.createBaggage({ user: { value: 'ada@example.com' } }),
  );
  const { id } = await context.with(personal, () =>
    enqueue(queue, { to: 'ada@example.com', type: 'SignIn', payload: { code: '48291357' } }),
  );
  await queue.enqueue(testEmail({ to: 'bob@example.com', type: 'BindMfa', text: 'Code 48291357' }));
  await queue.start();
  await Promise.all([sent, failed]);
  await queue.close();

  const ofSent = spans
    .getFinishedSpans()
    .filter((span) => span.spanContext().traceId === traceOf('postern.enqueue', id));
  function traceOf(name: string, delivery: string) {
    return spans
      .getFinishedSpans()
      .find((span) => span.name === name && span.attributes['messaging.message.id'] === delivery)
      ?.spanContext().traceId;
  }
  const parentOf = (name: string) => {
    const span = ofSent.find((one) => one.name === name);
    return ofSent.find((one) => one.spanContext().spanId === span?.parentSpanContext?.spanId)?.name;
  };
  expect(ofSent.map(({ name }) => name).sort()).toEqual([
    'postern.deliver',
    'postern.enqueue',
    'postern.send',
  ]);
  expect(parentOf('postern.deliver')).toBe('postern.enqueue');
  expect(parentOf('postern.send')).toBe('postern.deliver');
  expect(ofSent[0]?.attributes).toMatchObject({
    'messaging.destination.name': 'codes',
    'postern.usage_type': 'SignIn',
  });

  await reader.forceFlush();
  const points = counts
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === 'postern.queue.deliveries')
    .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ ...attributes, value })));
  const point = (state: string, type: string) => ({
    'postern.state': state,
    'postern.lane': 'codes',
    'postern.usage_type': type,
    value: 1,
  });
  expect(points).toEqual(
    expect.arrayContaining([
      point('queued', 'SignIn'),
      point('sent', 'SignIn'),
      point('queued', 'BindMfa'),
      point('failed', 'BindMfa'),
    ]),
  );
  const everything = JSON.stringify([
    points,
    spans
      .getFinishedSpans()
      .map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
  ]);
  expect(everything).not.toMatch(/ada@|bob@|example\.com|48291357/);
  await meters.shutdown();
  await provider.shutdown();
});
