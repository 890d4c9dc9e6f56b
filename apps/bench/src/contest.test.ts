import { describe, expect, it } from 'vitest';
import { contest, watchMemory } from './contest.ts';
import {
  BARE_SOCKET,
  NODEMAILER_POOL,
  OFFICIAL_CONNECTOR,
  POSTERN,
  POSTERN_CONNECTOR,
  UPYO,
} from './contestant.ts';
import { startOwnSink, startSecureSink } from './sink.ts';

const BRIEFLY = { concurrency: 3, warmUpSeconds: 0, seconds: 0.05 };

describe('a contest', () => {
  it.each([POSTERN, POSTERN_CONNECTOR, NODEMAILER_POOL, OFFICIAL_CONNECTOR, UPYO, BARE_SOCKET])(
    '$name sends in plain text',
    async (contestant) => {
      await using sink = await startOwnSink();
      const outcome = await contest(contestant, sink, BRIEFLY);
      expect(outcome.messages).toBeGreaterThan(0);
      expect(outcome.cpuMicroseconds).toBeGreaterThan(0);
      expect(outcome.allocatedBytes).toBeGreaterThan(0);
    },
  );

  it.each([POSTERN, POSTERN_CONNECTOR, NODEMAILER_POOL, OFFICIAL_CONNECTOR, UPYO])(
    '$name sends over STARTTLS with a login',
    async (contestant) => {
      await using sink = await startSecureSink();
      const { messages } = await contest(contestant, sink, BRIEFLY);
      expect(messages).toBeGreaterThan(0);
    },
  );

  it('fails if its contestant fails', async () => {
    await using sink = await startOwnSink();
    const nowhere = { ...sink, server: { ...sink.server, host: '127.0.0.1', port: 1 } };
    await expect(contest(NODEMAILER_POOL, nowhere, BRIEFLY)).rejects.toThrow('before it measured');
  });
});

it('measures the memory after each portion', async () => {
  await using sink = await startOwnSink();
  const rss = await watchMemory(POSTERN, sink, { concurrency: 3, portions: 2, messages: 10 });
  expect(rss).toHaveLength(2);
  // A Node.js process uses tens of megabytes.
  for (const bytes of rss) expect(bytes / 2 ** 20).toBeGreaterThan(20);
});
