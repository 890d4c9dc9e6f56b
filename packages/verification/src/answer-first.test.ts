import { MailError } from '@postern/core';
import { describe, expect, test, vi } from 'vitest';
import { ADA, MINUTE, openDesk } from '../fixtures/desk.js';

const down = new MailError('connection_failed', 'No server.', { stage: 'connect', hint: 'Look.' });

/** Returns the visible results for an address, and the events until the email is sent or fails. */
async function observe(deliver: boolean, failing: boolean) {
  const desk = openDesk();
  if (failing) desk.transport.failWith(down);
  const answers: unknown[] = [];
  const steps: string[][] = [];
  const sendings: Promise<void>[] = [];
  const step = async (call: () => Promise<object>) => {
    desk.events.length = 0;
    answers.push(
      await call().then(
        ({ id: _, ...started }: { id?: string }) => started,
        (error: object) => ({ ...error }),
      ),
    );
    steps.push([...desk.events]);
  };
  const start = () =>
    desk.code({ deliver, waitUntil: (sending: Promise<void>) => void sendings.push(sending) });
  for (let n = 0; n < 8; n++) {
    await step(start);
    await Promise.all(sendings);
    await step(start);
    await step(() => desk.check());
    desk.clock.time += 10_000 * (n + 1);
    await step(start);
    await Promise.all(sendings);
    desk.clock.time += MINUTE;
  }
  return { answers, steps, sendings: sendings.length, sent: desk.requests.length, log: desk.log };
}

describe('with waitUntil, an address without an account', () => {
  test.each([
    ['the mail server takes emails', false],
    ['the mail server fails', true],
  ])('gives the same results as one with an account while %s', async (_name, failing) => {
    const known = await observe(true, failing);
    const unknown = await observe(false, failing);
    expect(unknown.answers).toEqual(known.answers);
    // Each response follows the same store calls and no send, so its time reveals nothing.
    expect(unknown.steps).toEqual(known.steps);
    expect(known.steps.flat()).not.toContain('mailer.send');
    expect(unknown.sendings).toBe(known.sendings);
    expect(unknown.sent).toBe(0);
    expect(known.sent).toBe(known.sendings);
  });
});

test('start resolves before the email is sent', async () => {
  const desk = openDesk();
  const sendings: Promise<void>[] = [];
  const started = await desk.code({ waitUntil: (sending: Promise<void>) => void sendings.push(sending) });
  desk.events.push('answer');
  await Promise.all(sendings);
  expect(desk.events.slice(-3)).toEqual(['store.put', 'answer', 'mailer.send']);
  expect(started).toMatchObject({ resendAfter: 60 });
  await desk.verification.check({ ...ADA, code: desk.lastCode() });
});

test('logs an email that fails after the response, with a level by error code and without secrets', async () => {
  for (const [code, level] of [
    ['connection_failed', 'error'],
    ['delivery_unknown', 'warn'],
    ['recipient_rejected', 'info'],
  ] as const) {
    const desk = openDesk();
    desk.transport.failWith(new MailError(code, 'No.', { stage: 'rcpt' }));
    const sendings: Promise<void>[] = [];
    const { id } = await desk.code({ waitUntil: (sending: Promise<void>) => void sendings.push(sending) });
    await expect(Promise.all(sendings)).resolves.toEqual([undefined]);
    expect(desk.log.filter(([, { event }]) => event === 'verification.send_failed')).toEqual([
      [level, expect.objectContaining({ id, type: 'SignIn', code })],
    ]);
    expect(JSON.stringify(desk.log)).not.toContain(desk.lastCode());
    expect(JSON.stringify(desk.log)).not.toContain(ADA.to);
  }
});

test('writes each kind of failure to the console once if there is no logger', async () => {
  const shown = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const desk = openDesk({ logger: undefined });
  desk.transport.failWith(down);
  const sendings: Promise<void>[] = [];
  for (const to of ['a@example.com', 'b@example.com'])
    await desk.code({
      to,
      ip: '192.0.2.1',
      waitUntil: (sending: Promise<void>) => void sendings.push(sending),
    });
  await Promise.all(sendings);
  expect(shown.mock.calls).toEqual([[expect.stringContaining('verification.send_failed')]]);
  shown.mockRestore();
});

test('rejects a request that is not valid at once', async () => {
  const desk = openDesk();
  const waitUntil = () => expect.unreachable();
  await expect(desk.code({ to: 'nobody', waitUntil })).rejects.toMatchObject({ code: 'recipient_invalid' });
});

test('a used code does not change the visible results for its address', async () => {
  const seen = async (isUsed: boolean) => {
    const desk = openDesk();
    await desk.code();
    desk.clock.time += 20_000;
    if (isUsed) await desk.verification.check({ ...ADA, code: desk.lastCode() });
    const answers: object[] = [];
    for (const call of [
      () => desk.code(),
      () => desk.check(),
      () => desk.check(),
      () => desk.code({ type: 'Register' }),
    ])
      await call().catch((error: object) => answers.push({ ...error }));
    return answers;
  };
  const answers = await seen(true);
  expect(answers).toHaveLength(4);
  expect(answers).toEqual(await seen(false));
});
