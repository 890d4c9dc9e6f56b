import { MailError } from '@postern/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ADA, MINUTE, openDesk } from '../fixtures/desk.js';
import type { VerificationOptions } from './index.js';

const BROKEN = new Error('The callback failed.');
const throwing = (): never => {
  throw BROKEN;
};
const rejecting = () => Promise.reject(BROKEN);

/** Unhandled rejections during a test. */
function watchRejections(): unknown[] {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return unhandled;
}
const laterTurn = () => new Promise((resolve) => setTimeout(resolve, 0));

describe.each([
  ['throws', throwing],
  ['rejects', rejecting],
])('a callback that %s', (_how, broken) => {
  test.each<[string, Partial<VerificationOptions>, object]>([
    ['random.int', { random: { int: broken as never, bytes: (size) => new Uint8Array(size) } }, {}],
    ['random.bytes', { random: { int: () => 0, bytes: broken as never } }, {}],
    ['clock', { clock: { now: broken as never } }, {}],
  ])('fails a start before anything is stored: %s', async (_name, options, expected) => {
    const unhandled = watchRejections();
    const desk = openDesk();
    const failing = openDesk({ clock: desk.clock, store: desk.store, ...options });
    desk.events.length = 0;
    const failure: unknown = await failing.code().catch((error: unknown) => error);
    expect([failure === BROKEN, failure instanceof MailError]).toContain(true);
    expect(failure).toMatchObject(expected);
    expect(desk.events).toEqual([]);
    await laterTurn();
    for (const reason of unhandled) expect(reason).toBe(BROKEN);
    // Nothing was counted.
    expect(await desk.code()).toMatchObject({ resendAfter: 60 });
  });

  test('fails a start with its error, gives back its cost, and sends nothing: onSuperseded', async () => {
    const unhandled = watchRejections();
    const desk = openDesk();
    await desk.code();
    desk.clock.time += MINUTE;
    const failing = openDesk({ clock: desk.clock, store: desk.store, onSuperseded: broken });
    await expect(failing.code()).rejects.toBe(BROKEN);
    expect(failing.requests).toEqual([]);
    desk.clock.time += 10_000;
    await desk.code();
    await desk.check({ code: desk.lastCode() });
    await laterTurn();
    expect(unhandled).toEqual([]);
  });

  test('fails a cancel with its error after the code is invalid: onSuperseded', async () => {
    const desk = openDesk({ onSuperseded: broken });
    await desk.code();
    await expect(desk.verification.cancel(ADA)).rejects.toBe(BROKEN);
    await expect(desk.check({ code: desk.lastCode() })).rejects.toMatchObject({ code: 'code_incorrect' });
  });

  test('fails a start with its error and gives back its cost: mailer.send', async () => {
    const desk = openDesk();
    const failing = openDesk({ clock: desk.clock, store: desk.store, mailer: { send: broken } });
    await expect(failing.code()).rejects.toBe(BROKEN);
    desk.clock.time += 10_000;
    await desk.code();
  });

  test('is logged after the answer: mailer.send with waitUntil', async () => {
    const unhandled = watchRejections();
    const sendings: Promise<void>[] = [];
    const desk = openDesk({ mailer: { send: broken } });
    await desk.code({ waitUntil: (sending: Promise<void>) => void sendings.push(sending) });
    await Promise.all(sendings);
    expect(desk.log).toMatchObject([
      ['warn', {}],
      ['error', { event: 'verification.send_failed' }],
    ]);
    await laterTurn();
    expect(unhandled).toEqual([]);
  });

  test('is logged, and the email is sent: waitUntil', async () => {
    const unhandled = watchRejections();
    const desk = openDesk();
    expect(await desk.code({ waitUntil: broken as () => void })).toMatchObject({ resendAfter: 60 });
    await expect.poll(() => desk.requests.length).toBe(1);
    await desk.check({ code: desk.lastCode() });
    expect(desk.log.map(([, { event }]) => event)).toContain('verification.wait_until_failed');
    expect(unhandled).toEqual([]);
  });

  test('changes nothing: logger', async () => {
    const unhandled = watchRejections();
    const logger = { debug: broken, info: broken, warn: broken, error: broken };
    const desk = openDesk({ logger: logger as VerificationOptions['logger'] });
    await desk.code();
    await desk.check({ code: desk.lastCode() });
    await laterTurn();
    expect(unhandled).toEqual([]);
  });
});

test('completes a call if the clock fails after the start of the call', async () => {
  const desk = openDesk();
  let readings = 0;
  const now = () => {
    readings += 1;
    if (readings > 1) throw BROKEN;
    return desk.clock.time;
  };
  const failing = openDesk({ store: desk.store, clock: { now } });
  expect(await failing.code()).toMatchObject({ resendAfter: 60 });
  readings = 0;
  expect(await failing.check({ code: failing.lastCode() })).toMatchObject({ status: 'verified' });
});

test.each<[string, Partial<VerificationOptions>]>([
  [
    'an integer that is too large',
    { random: { int: (limit) => limit, bytes: (size) => new Uint8Array(size) } },
  ],
  ['a fraction', { random: { int: () => 0.5, bytes: (size) => new Uint8Array(size) } }],
  ['NaN', { random: { int: () => Number.NaN, bytes: (size) => new Uint8Array(size) } }],
  ['too few bytes', { random: { int: () => 0, bytes: (size) => new Uint8Array(size - 1) } }],
  ['no bytes', { random: { int: () => 0, bytes: () => undefined as never } }],
  ['a time that is not a number', { clock: { now: () => Number.NaN } }],
])('a start fails if a source returns %s', async (_name, options) => {
  const desk = openDesk(options);
  for (const method of ['code', 'link']) {
    const failure: unknown = await desk.code({ method }).catch((error: unknown) => error);
    if (method === 'link' && failure instanceof Object && 'id' in failure) continue; // Links use no integers.
    expect(failure).toMatchObject({ name: 'MailError', code: 'config_invalid' });
  }
});
