import { ConfigError, type Email, MailError } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventRecorder } from './event-recorder.js';
import { type RateLimitOptions, withFailover, withRateLimit, withRetry } from './index.js';
import { createTestClock } from './test-clock.js';

const setUp = (options: Partial<RateLimitOptions> = {}) => {
  const clock = createTestClock({ now: 1_000_000 });
  const { events, logger } = createEventRecorder();
  const child = createMemoryTransport({ clock });
  const sentAt: number[] = [];
  child.inbox.onEmail(() => sentAt.push(clock.now() - 1_000_000));
  const transport = withRateLimit(child, {
    limit: 2,
    intervalMs: 100,
    clock,
    sleep: clock.sleep,
    logger,
    ...options,
  });
  onTestFinished(() => transport.close());
  /** Begins to send that many, and tells what becomes of each. */
  const sendMany = (count: number, overrides?: Partial<Email>) => {
    const outcomes: string[] = [];
    const sends = Array.from({ length: count }, async (_, index) => {
      outcomes[index] = 'waiting';
      outcomes[index] = await transport.send(testEmail({ subject: String(index), ...overrides })).then(
        () => 'sent',
        (error: MailError) => error.code,
      );
    });
    return { outcomes, done: Promise.all(sends) };
  };
  return { clock, child, events, sentAt, transport, sendMany };
};

describe('a rate limit', () => {
  it('sends at most the limit in any period, in order', async () => {
    const { child, clock, sentAt, sendMany } = setUp();
    const { done } = sendMany(7);
    await clock.turn(1000);
    await done;
    expect(sentAt).toEqual([0, 0, 100, 100, 200, 200, 300]);
    expect(child.emails.map(({ subject }) => subject)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it('counts from each email, not from the start of an interval', async () => {
    const { clock, sentAt, sendMany } = setUp();
    sendMany(1);
    await clock.turn(90);
    sendMany(1);
    await clock.turn(5);
    sendMany(2);
    await clock.turn(1000);
    expect(sentAt).toEqual([0, 90, 100, 190]);
  });

  it('keeps the order of waiting emails, even if a timer is late', async () => {
    const { child, clock, sendMany } = setUp({ limit: 1 });
    sendMany(1, { subject: 'first' });
    sendMany(1, { subject: 'waiting' });
    clock.set(clock.now() + 100);
    sendMany(1, { subject: 'late' });
    await clock.turn(1000);
    expect(child.emails.map(({ subject }) => subject)).toEqual(['first', 'waiting', 'late']);
  });

  it('does not delay emails below the limit', async () => {
    const { clock, sentAt, transport } = setUp();
    for (let sent = 0; sent < 3; sent += 1) {
      await transport.send(testEmail());
      await transport.send(testEmail());
      await clock.turn(100);
    }
    expect(sentAt).toEqual([0, 0, 100, 100, 200, 200]);
    expect(clock.sleeps).toEqual([]);
  });

  it('includes the wait in durationMs of the receipt', async () => {
    const { clock, transport, sendMany } = setUp();
    sendMany(2);
    const sent = transport.send(testEmail());
    await clock.turn(100);
    await expect(sent).resolves.toMatchObject({ durationMs: 100, attempts: 1, transport: 'memory' });
  });

  it('counts failed emails, because the provider may have counted them', async () => {
    const { child, clock, sentAt, sendMany } = setUp();
    child.failWith(new MailError('timeout', 'Too slow.', { stage: 'data' }), { times: 2 });
    sendMany(3);
    await clock.turn(1000);
    expect(sentAt).toEqual([100]);
  });

  it('does not wait longer than the interval when the clock is set back', async () => {
    const { child, clock, transport } = setUp({ limit: 1 });
    await transport.send(testEmail());
    clock.set(0);
    await transport.send(testEmail());
    expect(child.emails).toHaveLength(2);
  });

  it('does not count emails that are expired or aborted', async () => {
    const { child, transport } = setUp({ limit: 1, onLimit: 'refuse' });
    const late = testEmail({ expiresAt: new Date(0) });
    await expect(transport.send(late)).rejects.toBeMailError('expired');
    const aborted = transport.send(testEmail(), { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toBeMailError('aborted');
    await transport.send(testEmail());
    expect(child.emails).toHaveLength(1);
  });

  it('does not count checks', async () => {
    const { child, transport } = setUp({ limit: 1, onLimit: 'refuse' });
    for (let checks = 0; checks < 3; checks += 1) await transport.verify();
    await transport.send(testEmail());
    expect(child.emails).toHaveLength(1);
  });

  it('is named after what it limits', () => {
    expect(setUp().transport.name).toBe('rate-limit(memory)');
  });
});

describe('a wait', () => {
  it('ends immediately when the signal is aborted, and the next email takes its turn', async () => {
    const { child, clock, sentAt, transport, sendMany } = setUp();
    sendMany(2);
    const controller = new AbortController();
    const aborted = transport.send(testEmail({ subject: 'aborted' }), { signal: controller.signal });
    const outcome = expect(aborted).rejects.toBeMailError('aborted');
    const { done } = sendMany(2);
    controller.abort();
    await outcome;
    await clock.turn(1000);
    await done;
    expect(sentAt).toEqual([0, 0, 100, 100]);
    expect(child.emails.map(({ subject }) => subject)).not.toContain('aborted');
  });

  it('leaves no timer behind when the last one is aborted', async () => {
    const { clock, transport, sendMany } = setUp();
    sendMany(2);
    for (let round = 0; round < 3; round += 1) {
      const controller = new AbortController();
      const aborted = transport.send(testEmail(), { signal: controller.signal });
      expect(clock.sleeping).toBe(1);
      controller.abort();
      await expect(aborted).rejects.toBeMailError('aborted');
    }
    await clock.turn(0);
    expect(clock.sleeping).toBe(0);
    const { outcomes } = sendMany(1);
    await clock.turn(100);
    expect(outcomes).toEqual(['sent']);
  });

  it('is refused for an email that would expire before its turn', async () => {
    const { clock, events, transport, sendMany } = setUp();
    sendMany(4);
    const turn = clock.now() + 200;
    const late = transport.send(testEmail({ expiresAt: new Date(turn) }));
    const inTime = transport.send(testEmail({ expiresAt: new Date(turn + 1) }));
    const error = await late.catch((reason: unknown) => reason);
    expect(error).toBeMailError('rate_limited', { stage: 'pool', retryable: true });
    expect(error).toMatchObject({ attempts: 0, hint: 'Try again in 200 ms.' });
    await clock.turn(1000);
    await expect(inTime).resolves.toBeDefined();
    expect(events.filter(({ event }) => event === 'mail.rate_limited')).toHaveLength(1);
  });

  it('that took too long does not lead to a late email', async () => {
    const { child, clock, transport, sendMany } = setUp();
    sendMany(2);
    const late = transport.send(testEmail({ expiresAt: new Date(clock.now() + 150) }));
    const outcome = expect(late).rejects.toBeMailError('expired');
    clock.set(clock.now() + 150);
    await clock.turn(0);
    await outcome;
    expect(child.emails).toHaveLength(2);
  });

  it('is limited to maxWaiting emails', async () => {
    const { clock, sendMany } = setUp({ maxWaiting: 3 });
    const { outcomes, done } = sendMany(7);
    await clock.turn(0);
    expect(outcomes).toEqual([
      'sent',
      'sent',
      'waiting',
      'waiting',
      'waiting',
      'rate_limited',
      'rate_limited',
    ]);
    await clock.turn(1000);
    await done;
  });

  it('ends with `closed` when the transport is closed', async () => {
    const { child, clock, transport, sendMany } = setUp();
    const { outcomes, done } = sendMany(4);
    await transport.close();
    await done;
    expect(outcomes).toEqual(['sent', 'sent', 'closed', 'closed']);
    expect(clock.sleeping).toBe(0);
    expect(child.emails).toHaveLength(2);
  });

  it('uses the timers of the runtime by default', async () => {
    const child = createMemoryTransport();
    await using transport = withRateLimit(child, { limit: 1, intervalMs: 2 });
    await Promise.all(Array.from({ length: 5 }, () => transport.send(testEmail())));
    expect(child.emails).toHaveLength(5);
  });
});

describe('onLimit: refuse', () => {
  it('refuses emails above the limit', async () => {
    const { child, clock, sendMany } = setUp({ onLimit: 'refuse' });
    const { outcomes, done } = sendMany(3);
    await done;
    expect(outcomes).toEqual(['sent', 'sent', 'rate_limited']);
    await clock.turn(100);
    await sendMany(1).done;
    expect(child.emails).toHaveLength(3);
  });

  it('spills over to the next transport of a failover, and opens no circuit', async () => {
    const { child, clock, transport } = setUp({ onLimit: 'refuse' });
    const spare = createMemoryTransport({ name: 'spare' });
    await using failover = withFailover([transport, spare], { clock, failureThreshold: 1 });
    for (let round = 0; round < 3; round += 1) {
      for (let sent = 0; sent < 4; sent += 1) await failover.send(testEmail());
      await clock.turn(100);
    }
    expect([child.emails.length, spare.emails.length]).toEqual([6, 6]);
  });

  it('is retried like any rate limit', async () => {
    const { child, clock, transport } = setUp({ onLimit: 'refuse' });
    const retried = withRetry(transport, {
      clock,
      sleep: clock.sleep,
      initialDelayMs: 100,
      random: () => 0.9999,
    });
    await Promise.all([retried.send(testEmail()), retried.send(testEmail())]);
    const third = retried.send(testEmail());
    await clock.turn(1000);
    await expect(third).resolves.toMatchObject({ attempts: 1 });
    expect(child.emails).toHaveLength(3);
  });
});

describe('the log', () => {
  it('has an event for each wait, without secrets or addresses', async () => {
    const { clock, events, transport, sendMany } = setUp();
    sendMany(2);
    const email = testEmail();
    const sent = transport.send(email);
    const { messageId, type } = email;
    const about = { transport: 'rate-limit(memory)', messageId, type, to: 'a***@example.com' };
    expect(events).toEqual([{ event: 'mail.waiting', ...about, delayMs: 100 }]);
    for (const secret of [...email.secrets, email.to]) expect(JSON.stringify(events)).not.toContain(secret);
    await clock.turn(100);
    await sent;
  });
});

describe('the options', () => {
  it.each<[string, object]>([
    ['limit', { limit: 0 }],
    ['limit', { limit: undefined }],
    ['limit', { limit: 2_000_000 }],
    ['intervalMs', { intervalMs: 0 }],
    ['intervalMs', { intervalMs: 2 ** 31 }],
    ['onLimit', { onLimit: 'drop' }],
    ['maxWaiting', { maxWaiting: 0 }],
  ])('are checked: %s', (option, options) => {
    expect(() => setUp(options)).toThrow(ConfigError);
    expect(() => setUp(options)).toThrow(option);
  });

  it('have defaults if they are undefined', async () => {
    const { clock, sendMany } = setUp({ onLimit: undefined, maxWaiting: undefined });
    const { outcomes, done } = sendMany(1010);
    await clock.turn(0);
    const count = (outcome: string) => outcomes.filter((found) => found === outcome).length;
    expect([count('sent'), count('waiting'), count('rate_limited')]).toEqual([2, 1000, 8]);
    await clock.turn(100_000);
    await done;
  });
});
