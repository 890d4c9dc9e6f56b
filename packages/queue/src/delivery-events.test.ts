import { expect, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends } from '../fixtures/backends.js';
import { signIn } from '../fixtures/requests.js';

describeOnBackends(({ setUp }) => {
  test('a listener that throws loses nothing', async () => {
    const { queue, transport, events } = await setUp();
    queue.on('sent', () => {
      throw new Error('a bug of the application');
    });
    // `open-handles.ts` fails the file when nobody handles it.
    queue.on('sent', async () => {
      throw new Error('another');
    });
    const sent = next(queue, 'sent');
    await queue.start();
    await queue.enqueue(signIn());
    await sent;
    await queue.stop();
    expect(events.filter(({ event }) => event === 'queue.listener_failed')).toHaveLength(2);
    expect((await queue.stats()).states).toMatchObject({ sent: 1 });
    expect(transport.emails).toHaveLength(1);
  });
});
