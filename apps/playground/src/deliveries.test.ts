import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { run, start } from '../fixtures/running-playground.js';
import type {
  Attempt,
  ChangedDelivery,
  Delivery,
  DeliveryList,
  EnqueuedDeliveries,
  MetricsSeries,
} from './wire/delivery.js';
import type { ServerList } from './wire/server.js';

type Running = Awaited<ReturnType<typeof start>>;

const enqueue = async (running: Running, body: object = {}) => {
  const { body: enqueued } = await running.post<EnqueuedDeliveries>('/api/deliveries', body);
  return enqueued.ids;
};
const find = (running: Running, id = '') => running.get<Delivery>(`/api/deliveries/${id}`);
const fault = (running: Running, path: string, isOn = true, times?: number) =>
  running.put<ServerList>(`/api/servers/${path}`, { isOn, ...(times !== undefined && { times }) });
const reaches = (running: Running, id: string | undefined, expected: Partial<Delivery>) =>
  expect.poll(() => find(running, id), { timeout: 60_000 }).toMatchObject(expected);

describe('deliveries', { timeout: 120_000 }, () => {
  // A playground takes seconds to open its queue, so the tests share one.
  let running: Running;
  beforeAll(async () => {
    running = await start();
    return () => running.playground.close();
  });
  afterEach(() => running.delete('/api/servers/faults'));

  it('go through the queue, and are reported to open pages', async () => {
    await running.get('/api/deliveries');
    const events = await running.listen();
    const [id] = await enqueue(running, { to: 'grace@example.com' });
    await events.waitFor('deliveries');
    await reaches(running, id, {
      to: 'g***@example.com',
      state: 'sent',
      attempts: 1,
      transport: 'primary',
      lane: 'codes',
    });
    const { messageId = '' } = await find(running, id);
    const attempts = await running.get<Attempt[]>(`/api/attempts?${new URLSearchParams({ messageId })}`);
    expect(attempts).toMatchObject([{ messageId, server: 'primary', outcome: 'accepted' }]);
    const { deliveries, states, database } = await running.get<DeliveryList>('/api/deliveries?state=sent');
    expect(deliveries).toContainEqual(expect.objectContaining({ id }));
    expect({ states, database }).toEqual({
      states: expect.objectContaining({ sent: deliveries.length }),
      database: 'PGlite, in memory',
    });
    expect(await running.list('?q=grace')).toMatchObject([{ via: 'queue', messageId }]);
  });

  it('fail over when the primary is down, and return to it', async () => {
    const killed = await fault(running, 'primary/faults/down');
    expect(killed.body.servers.map(({ isUp }) => isUp)).toEqual([false, true]);
    const [id] = await enqueue(running);
    await reaches(running, id, { state: 'sent', transport: 'backup', attempts: 1 });
    await expect.poll(async () => (await running.list('?limit=1'))[0]?.server).toBe('backup');
    const revived = await running.delete<ServerList>('/api/servers/faults');
    expect(revived.body.servers.map(({ isUp }) => isUp)).toEqual([true, true]);
    // The circuit breaker must first let an email through.
    await expect
      .poll(
        async () =>
          (await running.post<{ receipt: { transport: string } }>('/api/send/core', CORE)).body.receipt
            .transport,
        {
          timeout: 30_000,
          interval: 500,
        },
      )
      .toBe('primary');
  });

  it('are retried while the server greylists', async () => {
    await fault(running, 'primary/faults/greylist', true, 2);
    const [id] = await enqueue(running);
    await reaches(running, id, { state: 'sent', attempts: 3 });
    const { servers } = await running.get<ServerList>('/api/servers');
    expect(servers[0]?.faults).toContainEqual({ name: 'greylist', isOn: false, struck: 2 });
  });

  it('can be canceled and retried while they wait', async () => {
    await fault(running, 'primary/faults/greylist');
    const [first, second] = await enqueue(running, { count: 2 });
    await reaches(running, first, {
      state: 'retrying',
      error: expect.objectContaining({ responseCode: 450 }),
    });
    const cancelled = await running.post<ChangedDelivery>(`/api/deliveries/${first}/cancel`);
    expect(cancelled.body).toEqual({ isChanged: true });
    await reaches(running, first, { state: 'cancelled' });
    expect((await running.post<ChangedDelivery>(`/api/deliveries/${first}/cancel`)).body.isChanged).toBe(
      false,
    );
    await running.delete('/api/servers/faults');
    await expect
      .poll(
        async () => {
          await running.post(`/api/deliveries/${second}/retry`);
          return (await find(running, second)).state;
        },
        { timeout: 60_000 },
      )
      .toBe('sent');
    expect((await running.post('/api/deliveries/no-such-id/retry')).status).toBe(404);
  });

  it('expire at their deadline', async () => {
    // Opens the database, which takes longer than the email is valid.
    await running.get('/api/deliveries');
    await fault(running, 'primary/faults/greylist');
    const [id] = await enqueue(running, { expiresInMs: 1000 });
    await reaches(running, id, { state: 'expired' });
  });

  it('are sent again if the connection drops before the acknowledgment, when they carry a code', async () => {
    await fault(running, 'primary/faults/reset', true, 1);
    const [id] = await enqueue(running);
    await reaches(running, id, { state: 'sent', transport: 'backup' });
  });

  it('can arrive in bursts, which the metrics include', async () => {
    const sent = async () => (await running.get<DeliveryList>('/api/deliveries')).states.sent;
    const before = await sent();
    const ids = await enqueue(running, { count: 50 });
    expect(new Set(ids).size).toBe(50);
    await expect.poll(sent, { timeout: 60_000 }).toBe(before + 50);
    const { seconds } = await running.get<MetricsSeries>('/api/metrics');
    const accepted = seconds.reduce((sum, second) => sum + second.accepted, 0);
    expect(accepted).toBeGreaterThanOrEqual(50);
    for (const { p50Ms, p95Ms, maxMs } of seconds) {
      expect(p50Ms).toBeLessThanOrEqual(p95Ms);
      expect(p95Ms).toBeLessThanOrEqual(maxMs);
    }
    expect((await running.post('/api/deliveries', { count: 501 })).status).toBe(400);
    expect(await running.get('/api/deliveries?cursor=none')).toMatchObject({
      status: 400,
      code: 'request_invalid',
    });
  });

  it('do not block shutdown if the database accepts connections and does not reply', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    const { port } = silent.address() as AddressInfo;
    const running = await run({
      databaseUrl: `postgres://ada:database-password@127.0.0.1:${port}/mail`,
      closingGrace: 50,
    });
    const answer = running.get('/api/deliveries').catch(() => 'gone');
    const [socket] = await connected;
    await running.playground.close();
    await answer;
    socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    expect(running.lines.join()).not.toContain('database-password');
  });

  it('cannot be enqueued if they cannot be rendered', async () => {
    const { status, body } = await running.post('/api/deliveries', { payload: {} });
    expect([status, body]).toMatchObject([400, { code: 'payload_invalid' }]);
    expect((await fault(running, 'primary/faults/nonsense')).status).toBe(404);
    expect((await fault(running, 'tertiary/faults/down')).status).toBe(404);
  });
});

const CORE = { to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } };
