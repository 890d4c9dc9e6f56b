import { CODE_USAGE_TYPES, type Email, NOTICE_USAGE_TYPES } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { next, untilRetrying } from '../fixtures/awaited-deliveries.js';
import { describeOnBackends, KEY } from '../fixtures/backends.js';
import { enqueue, failure, mailerOn } from '../fixtures/mailers.js';
import { invitation, signIn } from '../fixtures/requests.js';
import { createTurnedClock } from '../fixtures/turned-clock.js';
import { policySchema } from './queue-policy.js';
import { settleFailure } from './retry.js';

const HOUR = 3_600_000;
const policy = policySchema.parse({});
const error = { code: 'connection_failed', message: 'It is down.' } as const;

/** How long a delivery is tried that always fails, and how often. */
function tryFor(random: () => number): { hours: number; attempts: number } {
  let now = 0;
  for (let attempts = 1; ; attempts += 1) {
    const failed = {
      isCode: false,
      attempts,
      expiresAt: undefined,
      error,
      isRetryable: true,
      retryAfterMs: 0,
    };
    const { state, nextAttemptAt } = settleFailure(policy, random, { ...failed, now });
    if (state === 'failed') return { hours: now / HOUR, attempts };
    now = nextAttemptAt?.getTime() ?? Number.NaN;
  }
}

test.each([
  ['the time that the server requires, plus the backoff', 60_000, undefined, 'retrying', 60_000 + 7500],
  ['no longer than the email is valid', 60_000, 60_000, 'expired', undefined],
])('a delivery waits %s', (_, retryAfterMs, validMs, state, wait) => {
  const now = Date.UTC(2026, 0, 1);
  const settled = settleFailure({ ...policy, backoffMs: 15_000 }, () => 0.5, {
    isCode: true,
    attempts: 1,
    expiresAt: validMs === undefined ? undefined : new Date(now + validMs),
    error: { code: 'rate_limited', message: 'Slow down.' },
    isRetryable: true,
    retryAfterMs,
    now,
  });
  expect(settled.state).toBe(state);
  expect(settled.nextAttemptAt?.getTime()).toBe(wait === undefined ? undefined : now + wait);
});

test.each([
  ...CODE_USAGE_TYPES.map((type) => [type, false] as const),
  ...NOTICE_USAGE_TYPES.map((type) => [type, true] as const),
])('the content of a failed %s is kept: %s', (type, keepsContent) => {
  const failed = { attempts: 1, expiresAt: undefined, error, isRetryable: false, retryAfterMs: 0, now: 0 };
  const settled = settleFailure(policy, () => 0, { ...failed, isCode: policy.isCode(type) });
  expect(settled).toEqual({ state: 'failed', keepsContent });
});

describeOnBackends(({ setUp }) => {
  describe('a failed attempt', () => {
    test('is repeated where that can help, with the same Message-ID and Date', async () => {
      const tried: Email[] = [];
      const mailer = mailerOn(createMemoryTransport());
      const { queue } = await setUp({
        policy: { backoffMs: 0 },
        pollIntervalMs: 20,
        mailer: {
          async deliver(email, options) {
            tried.push(email);
            if (tried.length < 3) throw failure(tried.length === 1 ? 'timeout' : 'delivery_unknown');
            return mailer.deliver(email, options);
          },
        },
      });
      const sent = next(queue, 'sent');
      await queue.start();
      await enqueue(queue, signIn());
      expect((await sent)[0]).toMatchObject({ attempts: 3 });
      expect(new Set(tried.map(({ messageId }) => messageId)).size).toBe(1);
      expect(new Set(tried.map(({ date }) => date.getTime())).size).toBe(1);
    });

    test('waits for its next one, which can be brought forward', async () => {
      const { queue, transport } = await setUp({
        random: () => 1,
        policy: { backoffMs: 3_600_000, maxBackoffMs: 3_600_000 },
      });
      transport.failWith(failure('rate_limited', true, '451 4.7.1 Slow down'), { times: 1 });
      await queue.start();
      const { id } = await enqueue(queue, signIn());
      const status = await untilRetrying(queue, id);
      expect(status).toMatchObject({
        attempts: 1,
        reply: '451 4.7.1 Slow down',
        error: { code: 'rate_limited', stage: 'data' },
      });
      const wait = Number(status.nextAttemptAt) - Number(status.updatedAt);
      expect(wait).toBeGreaterThan(3_500_000);
      expect(wait).toBeLessThanOrEqual(3_600_000);

      const sent = next(queue, 'sent');
      expect(await queue.retry(id)).toBe(true);
      await sent;
      expect(await queue.retry(id)).toBe(false);
      const after = await queue.status(id);
      expect(after).toMatchObject({ state: 'sent' });
      expect(after).not.toHaveProperty('error');
      expect(after).not.toHaveProperty('nextAttemptAt');
    });

    test('is the last if another cannot help; an invitation can be sent again by hand, a code is erased', async () => {
      const { queue, transport, dump } = await setUp();
      const refusal = failure('auth_failed', false, '535 5.7.8 No');
      transport.failWith(refusal, { times: 2 });
      const failed = next(queue, 'failed', 2);
      const code = await enqueue(queue, signIn());
      await queue.start({ concurrency: 1 });
      const invited = await enqueue(queue, invitation());
      expect((await failed).map(({ attempts, error }) => [attempts, error?.code])).toEqual([
        [1, 'auth_failed'],
        [1, 'auth_failed'],
      ]);
      expect(await queue.retry(code.id)).toBe(false);
      const sent = next(queue, 'sent');
      expect(await queue.retry(invited.id)).toBe(true);
      expect((await sent)[0]).toMatchObject({ id: invited.id });
      expect(await dump()).not.toContain(`${KEY.id}.`);
    });

    test('ends after maxAttempts', async () => {
      const { queue, transport } = await setUp({
        pollIntervalMs: 20,
        policy: { backoffMs: 0, maxAttempts: 3 },
      });
      const handle = transport.failWith(failure('connection_failed'));
      const failed = next(queue, 'failed');
      await queue.start();
      await enqueue(queue, signIn());
      expect((await failed)[0]).toMatchObject({ attempts: 3 });
      expect(handle.fired).toBe(3);
    });

    test.each([
      ['codes', 'sent', 'unknown'],
      ['always', 'sent', 'sent'],
      ['never', 'unknown', 'unknown'],
    ] as const)(
      'delivery_unknown is tried again by the policy %s',
      async (retryUnknown, ofCode, ofInvitation) => {
        const mailer = mailerOn(createMemoryTransport());
        const tried = new Set<string>();
        const { queue } = await setUp({
          pollIntervalMs: 20,
          policy: { backoffMs: 0, retryUnknown },
          mailer: {
            async deliver(email, options) {
              // The first attempt of each, whichever lane is faster.
              if (tried.has(email.type)) return mailer.deliver(email, options);
              tried.add(email.type);
              throw failure('delivery_unknown');
            },
          },
        });
        await Promise.all([enqueue(queue, signIn()), enqueue(queue, invitation())]);
        const ended = Promise.all(
          (['sent', 'unknown'] as const).map((state) => {
            const count = [ofCode, ofInvitation].filter((one) => one === state).length;
            return count === 0 ? [] : next(queue, state, count);
          }),
        );
        await queue.start();
        const states = (await ended).flat().map(({ type, state }) => `${type} ${state}`);
        expect(states.sort()).toEqual([`OrganizationInvitation ${ofInvitation}`, `SignIn ${ofCode}`]);
      },
    );
  });

  describe('the deadline', () => {
    test('ends the retries', async () => {
      const clock = createTurnedClock();
      const { queue, transport } = await setUp({ clock, random: () => 1, policy: { backoffMs: 5000 } });
      transport.failWith(failure('connection_failed'), { times: 1 });
      const expired = next(queue, 'expired');
      await queue.start();
      await enqueue(queue, signIn({ expiresAt: new Date(clock.time + 5000) }));
      expect((await expired)[0]).toMatchObject({ attempts: 1, error: { code: 'connection_failed' } });
    });
  });
});

test('by default, an outage of two hours ends no email', () => {
  // What the jitter comes to on average.
  const { hours, attempts } = tryFor(() => 0.5);
  expect(attempts).toBe(30);
  expect(hours).toBeGreaterThan(2);
  expect(hours).toBeLessThan(3);
});
