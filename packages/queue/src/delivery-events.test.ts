import type { LogEvent } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { enqueue, failure } from '../fixtures/mailers.js';
import { signIn } from '../fixtures/requests.js';

/** An option that is explicitly undefined does not use the default of the test. */
const withoutLogger: object = { logger: undefined };

describeOnBackends(({ setUp }) => {
  test('a listener that throws loses nothing', async () => {
    const { queue, transport, events } = await setUp();
    queue.on('sent', () => {
      throw new Error('a bug of the application');
    });
    // `open-handles.ts` fails the file if it is not handled.
    queue.on('sent', async () => {
      throw new Error('another');
    });
    const sent = next(queue, 'sent');
    await queue.start();
    await enqueue(queue, signIn());
    await sent;
    await queue.stop();
    expect(events.filter(({ event }) => event === 'queue.listener_failed')).toHaveLength(2);
    expect((await queue.stats()).states).toMatchObject({ sent: 1 });
    expect(transport.emails).toHaveLength(1);
  });

  test('the level of a failed delivery indicates who must act', async () => {
    const levels: string[] = [];
    const at = (level: string) => (event: LogEvent) => {
      if (event.event === 'queue.failed') levels.push(`${event.code} ${level}`);
    };
    const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const { queue, transport } = await setUp({ logger });
    await queue.start();
    for (const code of ['recipient_rejected', 'sender_rejected'] as const) {
      transport.failWith(failure(code, false), { times: 1 });
      const failed = next(queue, 'failed');
      await enqueue(queue, signIn());
      await failed;
    }
    expect(levels).toEqual(['recipient_rejected info', 'sender_rejected error']);
  });

  test('without a logger, errors are written to the console, each kind once', async () => {
    const printed: string[] = [];
    const spy = vi
      .spyOn(console, 'error')
      .mockImplementation((...values) => void printed.push(values.map(String).join(' ')));
    onTestFinished(() => spy.mockRestore());
    const transport = createMemoryTransport();
    const { queue } = await setUp({ transport, ...withoutLogger });
    await queue.start();
    for (const code of ['recipient_rejected', 'sender_rejected', 'sender_rejected'] as const) {
      transport.failWith(failure(code, false), { times: 1 });
      const failed = next(queue, 'failed');
      await enqueue(queue, signIn({ to: 'ada@example.com' }));
      await failed;
    }
    expect(printed).toEqual([expect.stringContaining('queue.failed (sender_rejected')]);
    expect(printed[0]).not.toContain('ada@example.com');
  });
});
