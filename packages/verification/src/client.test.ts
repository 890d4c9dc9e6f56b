import { expect, test, vi } from 'vitest';
import { MINUTE, openDesk, wrong } from '../fixtures/desk.js';
import { failure } from '../fixtures/failure.js';
import { keysOf } from '../fixtures/keys.js';
import { NO_CLIENT, type VerificationOptions } from './index.js';

const limited = failure('rate_limited', { scope: 'ip', retryAfter: 3600 });

/** Values that proxies, sockets, and frameworks use for an unknown address. */
const UNKNOWN = [
  undefined,
  null,
  '',
  'unknown',
  '_hidden',
  'ada.example.com',
  '1.2.3.999',
  '::g',
  '192.0.2.1, 192.0.2.2',
];

test('start: clients without a valid address share one limit, which is logged once', async () => {
  const { code, log } = openDesk({ policy: { perIp: { limit: UNKNOWN.length } } });
  for (const [n, ip] of UNKNOWN.entries()) await code({ to: `a${n}@example.com`, ip });
  for (const ip of UNKNOWN) await expect(code({ to: 'z@example.com', ip })).rejects.toEqual(limited);
  await code({ to: 'z@example.com', ip: '192.0.2.1' });
  const events = log.filter(([, { event }]) => event === 'verification.client_unknown');
  expect(events).toEqual([
    [
      'warn',
      expect.objectContaining({ reason: 'absent', message: expect.stringContaining('clientAddress') }),
    ],
    ['warn', expect.objectContaining({ reason: 'unreadable' })],
  ]);
  expect(JSON.stringify(log)).not.toMatch(/_hidden|ada\.example|999/);
});

test('check: clients without a valid address share one limit', async () => {
  const { check } = openDesk({ policy: { checksPerIp: { limit: UNKNOWN.length } } });
  for (const [n, ip] of UNKNOWN.entries())
    await expect(check({ to: `a${n}@example.com`, ip })).rejects.toEqual(failure('code_incorrect'));
  for (const ip of UNKNOWN) await expect(check({ to: 'z@example.com', ip })).rejects.toEqual(limited);
  await expect(check({ to: 'z@example.com', ip: '192.0.2.1' })).rejects.toEqual(failure('code_incorrect'));
});

test('a call with NO_CLIENT counts only for the email address', async () => {
  const policy = { perIp: { limit: 1 }, checksPerIp: { limit: 1 } };
  const { code, check, log } = openDesk({ policy });
  for (let n = 0; n < 5; n++) {
    await code({ to: `a${n}@example.com`, ip: NO_CLIENT });
    await expect(check({ to: `a${n}@example.com`, ip: NO_CLIENT })).rejects.toEqual(
      failure('code_incorrect'),
    );
  }
  expect(log.filter(([, { event }]) => event.startsWith('verification.'))).toEqual([]);
});

test('does not treat the text NO_CLIENT as the symbol', async () => {
  const { code } = openDesk({ policy: { perIp: { limit: 1 } } });
  await code({ to: 'a@example.com', ip: 'NO_CLIENT' });
  await expect(code({ to: 'b@example.com', ip: String(NO_CLIENT) })).rejects.toEqual(limited);
});

test('limits the wrong codes of one client for all addresses, with or without a pending code', async () => {
  const { clock, code, check, lastCode } = openDesk({ policy: { checksPerIp: { limit: 3 } } });
  const ip = '192.0.2.1';
  await code({ to: 'a@example.com' });
  const right = lastCode();
  for (const to of ['a@example.com', 'b@example.com', 'c@example.com'])
    await expect(check({ to, code: wrong(right), ip })).rejects.toEqual(
      failure('code_incorrect', { attemptsLeft: 4 }),
    );
  for (const to of ['a@example.com', 'd@example.com'])
    await expect(check({ to, code: right, ip })).rejects.toEqual(limited);
  // The right code and the guesses of the address did not change.
  await expect(check({ to: 'a@example.com', code: wrong(right), ip: '192.0.2.2' })).rejects.toEqual(
    failure('code_incorrect', { attemptsLeft: 3 }),
  );
  await check({ to: 'a@example.com', code: right, ip: '192.0.2.2' });
  clock.time += 60 * MINUTE;
  await expect(check({ to: 'd@example.com', ip })).rejects.toEqual(failure('code_incorrect'));
});

test('parallel checks of one client do not exceed its limit', async () => {
  const { check } = openDesk({ policy: { checksPerIp: { limit: 20 } } });
  const ip = '2001:db8::1';
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, (_, n) => check({ to: `a${n}@example.com`, ip: n % 2 ? ip : '2001:db8::2' })),
  );
  const codes = results.map((result) => result.status === 'rejected' && result.reason.code);
  expect(codes.filter((code) => code === 'code_incorrect')).toHaveLength(20);
  expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(80);
});

test('the default limits let an office sign in from one IP address', async () => {
  const { code, check, lastCode } = openDesk();
  const ip = '192.0.2.1';
  for (let n = 0; n < 300; n++) {
    const to = `a${n}@example.com`;
    await code({ to, ip });
    if (n % 2)
      await expect(check({ to, code: wrong(lastCode()), ip })).rejects.toEqual(failure('code_incorrect'));
    await check({ to, code: lastCode(), ip });
  }
  await expect(code({ to: 'z@example.com', ip })).rejects.toEqual(limited);
});

/** All states of an address. */
const ADDRESSES: [string, (desk: ReturnType<typeof openDesk>, to: string) => Promise<unknown>][] = [
  ['no earlier email', async () => undefined],
  ['a code', (desk, to) => desk.code({ to })],
  ['a link', (desk, to) => desk.code({ to, method: 'link' })],
  ['a code of another type', (desk, to) => desk.code({ to, type: 'Register' })],
  [
    'an expired code',
    async (desk, to) => {
      await desk.code({ to });
      desk.clock.time += 10 * MINUTE;
    },
  ],
  [
    'a used code',
    async (desk, to) => {
      await desk.code({ to });
      await desk.check({ to, code: desk.lastCode() });
    },
  ],
  [
    'a canceled code',
    async (desk, to) => {
      await desk.code({ to });
      await desk.verification.cancel({ to, type: 'SignIn' });
    },
  ],
  ['a code with deliver: false', (desk, to) => desk.code({ to, deliver: false })],
];

const KEYS: VerificationOptions['keys'][] = [
  keysOf('the secret of these tests, 32 or more'),
  keysOf('the secret of these tests, 32 or more', 'an older secret, just as long as that'),
];

test.each(ADDRESSES)('a check has the same result and cost with %s', async (_name, prepare) => {
  for (const keys of KEYS) {
    const desk = openDesk({ keys });
    const [to, stranger] = ['a@example.com', 'b@example.com'];
    await prepare(desk, to);
    for (let n = 0; n < 7; n++) {
      // Never the right code, even if the alphabet has other letters.
      const outcome = async (address: string) => {
        const answer = desk.check({ to: address, code: 'WRONG' }).catch((error: object) => ({ ...error }));
        return { events: await desk.eventsOf(answer), answer: await answer };
      };
      expect(await outcome(to)).toEqual(await outcome(stranger));
    }
  }
});

test('writes to the console once if there is no logger', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { code } = openDesk({ logger: undefined });
  await code({ to: 'a@example.com' });
  await code({ to: 'b@example.com' });
  expect(warn.mock.calls).toEqual([[expect.stringContaining('verification.client_unknown')]]);
  warn.mockRestore();
});
