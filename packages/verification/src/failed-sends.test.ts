import { MailError, type MailErrorCode } from '@postern/core';
import { expect, test } from 'vitest';
import { MINUTE, openDesk } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';

const down = (code: MailErrorCode = 'connection_failed') => new MailError(code, 'No.', { stage: 'connect' });
const SECOND = 1000;

test('counts only accepted emails for the address and the network, so an outage locks no one out', async () => {
  const { clock, transport, code } = openDesk({ policy: { perIp: { limit: 5 } } });
  const outage = transport.failWith(down());
  for (let n = 0; n < 5; n++) {
    await expect(code({ ip: '192.0.2.1' })).rejects.toMatchObject({ code: 'connection_failed' });
    clock.time += MINUTE;
  }
  outage.clear();
  for (let n = 0; n < 5; n++) {
    await code({ ip: '192.0.2.1' });
    clock.time += MINUTE;
  }
  await expect(code({ ip: '192.0.2.1' })).rejects.toEqual(failure('rate_limited', { scope: 'ip' }));
  await expect(code({ ip: '192.0.2.2' })).rejects.toEqual(failure('rate_limited', { scope: 'address' }));
});

test('does not count starts that failed during an outage', async () => {
  const failing = Promise.withResolvers<never>();
  const desk = openDesk({ policy: { perIp: { limit: 3 }, cooldownMs: 0 } });
  const { clock, code } = openDesk({
    policy: { perIp: { limit: 3 }, cooldownMs: 0 },
    clock: desk.clock,
    store: desk.store,
    mailer: { send: () => failing.promise },
  });
  const from = { ip: '192.0.2.1' };
  const waiting = [1, 2, 3].map((n) => code({ ...from, to: `a${n}@example.com` }));
  await expect.poll(() => desk.events.filter((event) => event === 'store.put')).toHaveLength(3);
  for (let n = 0; n < 20; n++)
    await expect(code({ ...from, to: `b${n}@example.com` })).rejects.toEqual(
      failure('rate_limited', { scope: 'ip' }),
    );
  failing.reject(down());
  await Promise.allSettled(waiting);
  clock.time += SECOND;
  for (const n of [1, 2, 3]) await desk.code({ ...from, to: `a${n}@example.com` });
});

test.each<[string, unknown, boolean]>([
  ['a server that cannot be reached', down(), true],
  ['a timeout before the email was handed over', down('timeout'), true],
  ['a refused recipient', down('recipient_rejected'), true],
  ['a refused login', down('auth_failed'), true],
  ['an email that expired', down('expired'), true],
  ['a caller that aborts', down('aborted'), true],
  ['a queue that cannot be reached', new MailError('connection_failed', 'No.', { stage: 'pool' }), true],
  ['a mailer that throws something else', new TypeError('No.'), true],
  ['an email that may have been delivered', down('delivery_unknown'), false],
])('%s', async (_name, error, isForgiven) => {
  let sends = 0;
  const { clock, code } = openDesk({
    policy: { perAddress: { limit: 1 } },
    mailer: {
      send: () => {
        sends += 1;
        return Promise.reject(error);
      },
    },
  });
  await expect(code()).rejects.toBe(error);
  await expect(code()).rejects.toEqual(failure('cooldown', { retryAfter: isForgiven ? 10 : 60 }));
  clock.time += MINUTE;
  await expect(code()).rejects.toEqual(isForgiven ? error : failure('rate_limited', { scope: 'address' }));
  expect(sends).toBe(isForgiven ? 2 : 1);
});

test('the cooldown after a failed send is short, doubles, and ends after retryAfter', async () => {
  const { clock, transport, code } = openDesk();
  const outage = transport.failWith(down());
  for (const retryAfter of [10, 20, 40, 60, 60]) {
    await expect(code()).rejects.toMatchObject({ code: 'connection_failed' });
    await expect(code()).rejects.toEqual(failure('cooldown', { retryAfter }));
    clock.time += retryAfter * SECOND - 1;
    await expect(code()).rejects.toEqual(failure('cooldown', { retryAfter: 1 }));
    clock.time += 1;
  }
  outage.clear();
  // The next cooldown has its full length.
  expect(await code()).toMatchObject({ resendAfter: 60 });
  clock.time += MINUTE - 1;
  await expect(code()).rejects.toEqual(failure('cooldown', { retryAfter: 1 }));
  clock.time += 1;
  await code();
});

test('resendAfter is the time until the next start can succeed', async () => {
  const { clock, code } = openDesk({ policy: { perAddress: { limit: 2 } } });
  expect(await code()).toMatchObject({ resendAfter: 60 });
  clock.time += MINUTE;
  const { resendAfter } = await code();
  expect(resendAfter).toBe(59 * 60);
  clock.time += resendAfter * SECOND;
  await code();

  const slow = openDesk({
    mailer: {
      async send() {
        slow.clock.time += 18_000;
        return { messageId: '', accepted: '', transport: '', response: '', attempts: 1, durationMs: 0 };
      },
    },
  });
  expect(await slow.code()).toMatchObject({ resendAfter: 42 });
});

test('a start that perAddress refuses starts no cooldown', async () => {
  const { clock, code } = openDesk({ policy: { perAddress: { limit: 1, windowMs: 100_000 } } });
  await code();
  clock.time += 90 * SECOND;
  const limited = failure('rate_limited', { scope: 'address', retryAfter: 10 });
  await expect(code()).rejects.toEqual(limited);
  await expect(code()).rejects.toEqual(limited);
  clock.time += 10 * SECOND;
  expect(await code()).toMatchObject({ resendAfter: 100 });
  clock.time += 59 * SECOND;
  await expect(code()).rejects.toEqual(failure('cooldown', { retryAfter: 1 }));
});

test.each([
  ['with the default cooldown', undefined, 65],
  ['without a cooldown', 0, 106],
])('limits the sends of an attacker during an outage: %s', async (_name, cooldownMs, most) => {
  let sends = 0;
  const { clock, code } = openDesk({
    policy: { cooldownMs, perIp: { limit: 100_000 } },
    mailer: {
      send: () => {
        sends += 1;
        return Promise.reject(down());
      },
    },
  });
  for (let n = 0; n < 720; n++, clock.time += 5 * SECOND) await code().catch(() => undefined);
  expect(sends).toBeGreaterThan(50);
  expect(sends).toBeLessThanOrEqual(most);
});

test('an outage allows at most twice the starts of one network, for all addresses together', async () => {
  let sends = 0;
  const { code } = openDesk({
    policy: { perIp: { limit: 10 } },
    mailer: {
      send: () => {
        sends += 1;
        return Promise.reject(down());
      },
    },
  });
  for (let n = 0; n < 50; n++)
    await code({ to: `a${n}@example.com`, ip: '192.0.2.1' }).catch(() => undefined);
  expect(sends).toBe(20);
});

test('a send that fails after its cooldown does not change the cooldown of a newer start', async () => {
  const failing = Promise.withResolvers<never>();
  const { clock, requests, code, ...desk } = openDesk();
  const late = openDesk({
    clock,
    store: desk.store,
    mailer: {
      send() {
        requests.push({ to: '', type: 'SignIn', payload: { code: '' } });
        return failing.promise;
      },
    },
  });
  const slow = late.code();
  await expect.poll(() => requests.length).toBe(1);
  clock.time += MINUTE;
  await code();
  failing.reject(down('timeout'));
  await expect(slow).rejects.toMatchObject({ code: 'timeout' });
  await expect(code()).rejects.toEqual(failure('cooldown', { retryAfter: 60 }));
});
