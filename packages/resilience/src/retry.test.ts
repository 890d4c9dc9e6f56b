import { ConfigError, MailError, type MailErrorCode, type Transport } from '@postern/core';
import { createMemoryTransport, startSmtpTrap, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import { createSmtpTransport } from '@postern/transport-smtp';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEventRecorder } from './event-recorder.js';
import { type RetryOptions, withRetry } from './index.js';
import { createTestClock } from './test-clock.js';

const failure = (code: MailErrorCode = 'connection_failed', retryable?: boolean) =>
  new MailError(code, 'It failed.', { stage: 'connect', ...(retryable !== undefined && { retryable }) });

const setUp = (options: RetryOptions = {}, { isFree = true } = {}) => {
  const clock = createTestClock({ isFree });
  const child = createMemoryTransport({ clock });
  const transport = withRetry(child, { clock, sleep: clock.sleep, random: () => 0.999_999, ...options });
  onTestFinished(() => transport.close());
  return { clock, child, transport };
};

const setUpSmtp = async (options: RetryOptions = {}) => {
  const clock = createTestClock({ isFree: true });
  const trap = await startSmtpTrap();
  const smtp = createSmtpTransport({ host: trap.host, port: trap.port, tls: { ca: trap.certificate } });
  const transport = withRetry(smtp, { clock, sleep: clock.sleep, ...options });
  onTestFinished(async () => {
    await transport.close();
    await trap.close();
  });
  return { clock, trap, transport };
};

describe('a retry', () => {
  it('retries until the email is sent, and counts the attempts', async () => {
    const { child, transport } = setUp();
    child.failWith(failure(), { times: 2 });
    const email = testEmail();
    const receipt = await transport.send(email);
    expect(receipt).toMatchObject({ attempts: 3, transport: 'memory', messageId: email.messageId });
    // The same object, so nothing about it has changed.
    expect(child.emails).toEqual([email]);
    expect(child.emails[0]).toBe(email);
  });

  it.each([undefined, {}, { attempts: 'many', response: '250 no\0such \ud800' }])(
    'counts a send whose transport resolves with the receipt %j',
    async (receipt) => {
      const { child } = setUp();
      const odd = { ...child, name: 'own', send: async () => receipt } as unknown as Transport; // as JavaScript lets it
      const email = testEmail();
      const sent = await withRetry(odd).send(email);
      expect(sent).toMatchObject({ attempts: 1, transport: 'own', accepted: email.to });
      expect(sent.response).not.toMatch(/\p{Cc}|\p{Cs}/u);
    },
  );

  it('includes waits in durationMs', async () => {
    const { child, transport } = setUp({ initialDelayMs: 1000 });
    child.failWith(failure(), { times: 1 });
    expect((await transport.send(testEmail())).durationMs).toBe(999);
  });

  it('gives up after maxAttempts with the last error and the number of attempts', async () => {
    const { child, transport } = setUp({ maxAttempts: 4 });
    child.failWith(failure('timeout'), { times: 3 });
    const last = failure('connection_failed');
    const { fired } = child.failWith(last);
    expect(fired).toBe(0);
    const error = await transport.send(testEmail()).catch((reason: unknown) => reason);
    expect(error).toBeMailError('connection_failed', { stage: 'connect', retryable: true });
    expect(error).toMatchObject({ attempts: 4, message: 'It failed.', cause: last });
    expect(child.emails).toEqual([]);
  });

  it.each(['recipient_rejected', 'auth_failed', 'message_rejected', 'closed'] as const)(
    'does not retry errors that are not retryable: %s',
    async (code) => {
      const { child, clock, transport } = setUp();
      const error = failure(code);
      const failing = child.failWith(error);
      await expect(transport.send(testEmail())).rejects.toBe(error);
      expect(failing.fired).toBe(1);
      expect(clock.sleeps).toEqual([]);
    },
  );

  it('uses retryable of the error, not the default of its code', async () => {
    const { child, transport } = setUp();
    child.failWith(failure('recipient_rejected', true), { times: 1 });
    await expect(transport.send(testEmail())).resolves.toMatchObject({ attempts: 2 });
    const failing = child.failWith(failure('connection_failed', false));
    await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed');
    expect(failing.fired).toBe(1);
  });

  it('does not treat a bug as a failure', async () => {
    const bug = new TypeError('x is not a function');
    const child: Transport = { ...createMemoryTransport(), send: vi.fn().mockRejectedValue(bug) };
    await expect(withRetry(child).send(testEmail())).rejects.toBe(bug);
    expect(child.send).toHaveBeenCalledTimes(1);
  });

  it('names itself after what it retries', () => {
    expect(setUp().transport.name).toBe('retry(memory)');
  });

  it('checks once, without retrying', async () => {
    const { child, transport } = setUp();
    const verify = vi.spyOn(child, 'verify').mockRejectedValue(failure());
    await expect(transport.verify()).rejects.toBeMailError('connection_failed');
    expect(verify).toHaveBeenCalledTimes(1);
  });
});

describe('the waits', () => {
  const waits = async (options: RetryOptions) => {
    const { child, clock, transport } = setUp({ maxAttempts: 6, ...options });
    child.failWith(failure());
    await transport.send(testEmail()).catch(() => {});
    return clock.sleeps;
  };

  it('double up to maxDelayMs, and are random between 0 and that', async () => {
    const settings = { initialDelayMs: 100, maxDelayMs: 500 };
    expect(await waits({ ...settings, random: () => 0.999_999 })).toEqual([99, 199, 399, 499, 499]);
    expect(await waits({ ...settings, random: () => 0.5 })).toEqual([50, 100, 200, 250, 250]);
    expect(await waits({ ...settings, random: () => 0 })).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([
    ['as long as the server requires, plus a random time', 10_000, 2000, undefined, [2050, 2100]],
    ['at most maxDelayMs', 2060, 2000, undefined, [2050, 2060]],
    ['not at all if the server requires more than maxDelayMs', 1999, 2000, undefined, []],
    ['not at all if the email expires before', 10_000, 2000, 2000, []],
    ['as usual if the server allows a retry immediately', 10_000, 0, undefined, [50, 100]],
  ])('are %s', async (_, maxDelayMs, retryAfterMs, validMs, sleeps) => {
    const { child, clock, transport } = setUp({ initialDelayMs: 100, maxDelayMs, random: () => 0.5 });
    child.failWith(new MailError('rate_limited', 'Slow down.', { stage: 'delivery', retryAfterMs }));
    const expiresAt = validMs === undefined ? undefined : new Date(clock.now() + validMs);
    const error = await transport.send(testEmail({ expiresAt })).catch((reason: unknown) => reason);
    expect(error).toBeMailError('rate_limited');
    expect(error).toMatchObject({ retryAfterMs });
    expect(clock.sleeps).toEqual(sleeps);
  });

  it('start again with every email', async () => {
    const { child, clock, transport } = setUp({ initialDelayMs: 100 });
    for (let sent = 0; sent < 2; sent += 1) {
      child.failWith(failure(), { times: 1 });
      await transport.send(testEmail());
    }
    expect(clock.sleeps).toEqual([99, 99]);
  });

  it('never go past expiresAt, and the last error is thrown', async () => {
    const { child, clock, transport } = setUp({ maxAttempts: 100, initialDelayMs: 1000, maxDelayMs: 1000 });
    const failing = child.failWith(failure('timeout'));
    const expiresAt = new Date(clock.now() + 3500);
    await expect(transport.send(testEmail({ expiresAt }))).rejects.toBeMailError('timeout');
    expect(failing.fired).toBe(4);
    expect(clock.now()).toBeLessThan(expiresAt.getTime());
  });

  it('that took too long do not lead to another attempt', async () => {
    const clock = createTestClock();
    const child = createMemoryTransport({ clock });
    const failing = child.failWith(failure('timeout'));
    const late = async () => clock.set(clock.now() + 60_000);
    const transport = withRetry(child, { clock, sleep: late, initialDelayMs: 10 });
    const expiresAt = new Date(clock.now() + 1000);
    await expect(transport.send(testEmail({ expiresAt }))).rejects.toBeMailError('timeout');
    expect(failing.fired).toBe(1);
  });

  it('end immediately when the signal is aborted', async () => {
    const { child, clock, transport } = setUp({}, { isFree: false });
    const failing = child.failWith(failure());
    const controller = new AbortController();
    const sent = transport.send(testEmail(), { signal: controller.signal });
    await expect.poll(() => clock.sleeping).toBe(1);
    controller.abort();
    const error = await sent.catch((reason: unknown) => reason);
    expect(error).toBeMailError('aborted', { retryable: false });
    expect(error).toMatchObject({ attempts: 1, cause: { code: 'connection_failed' } });
    expect(failing.fired).toBe(1);
    expect(clock.sleeping).toBe(0);
  });

  it('end immediately with the last error when the transport is closed', async () => {
    const { child, clock, transport } = setUp({}, { isFree: false });
    const last = failure('timeout');
    const failing = child.failWith(last);
    const { signal } = new AbortController();
    const sends = [transport.send(testEmail()), transport.send(testEmail(), { signal })];
    const outcomes = Promise.allSettled(sends);
    await expect.poll(() => clock.sleeping).toBe(2);
    await transport.close();
    expect((await outcomes).map((outcome) => 'reason' in outcome && outcome.reason)).toEqual([last, last]);
    expect(failing.fired).toBe(2);
    await expect(child.send(testEmail())).rejects.toBeMailError('closed');
  });

  it('use the timers of the runtime by default', async () => {
    const child = createMemoryTransport();
    child.failWith(failure(), { times: 1 });
    await using transport = withRetry(child, { initialDelayMs: 2 });
    await expect(transport.send(testEmail())).resolves.toMatchObject({ attempts: 2 });
  });
});

describe('an email that may have arrived', () => {
  it.each([
    ['SignIn', undefined, true],
    ['Generic', undefined, true],
    ['OrganizationInvitation', undefined, false],
    ['Welcome', undefined, false],
    ['constructor', undefined, false],
    ['OrganizationInvitation', { OrganizationInvitation: true }, true],
    ['SignIn', { SignIn: false }, false],
    ['SignIn', { Welcome: true }, true],
    ['Welcome', { Welcome: true }, true],
  ])('of type %s, with %j, is sent again: %s', async (type, mayDuplicate, isRetried) => {
    const { child, transport } = setUp({ mayDuplicate });
    child.failWith(failure('delivery_unknown'), { times: 1 });
    const outcome = await transport.send(testEmail({ type })).then(
      (receipt) => receipt.attempts,
      (error: unknown) => error,
    );
    if (isRetried) expect(outcome).toBe(2);
    else expect(outcome).toBeMailError('delivery_unknown');
  });

  it('stays delivery_unknown if a later attempt fails for another reason', async () => {
    const { child, transport } = setUp();
    child.failWith(failure('delivery_unknown'), { times: 1 });
    child.failWith(failure('recipient_rejected'));
    const error = await transport.send(testEmail()).catch((reason: unknown) => reason);
    expect(error).toBeMailError('delivery_unknown');
    expect(error).toMatchObject({ attempts: 2 });
  });
});

describe('over SMTP', () => {
  it('gets past greylisting', async () => {
    const { trap, transport } = await setUpSmtp();
    trap.fault({ at: 'rcpt', kind: '4xx', reply: '450 4.7.1 Greylisted', times: 2 });
    const email = testEmail();
    await expect(transport.send(email)).resolves.toMatchObject({ attempts: 3, transport: 'smtp' });
    expect(trap.inbox.messages.map(({ messageId }) => messageId)).toEqual([email.messageId]);
  });

  it('sends a code again after a reset behind the final dot: two copies, one Message-ID', async () => {
    const { trap, transport } = await setUpSmtp();
    trap.fault({ at: 'delivery', kind: 'reset', times: 1 });
    const email = testEmail();
    await expect(transport.send(email)).resolves.toMatchObject({ attempts: 2 });
    expect(trap.inbox.messages.map(({ messageId }) => messageId)).toEqual([email.messageId, email.messageId]);
  });

  it('never retries an invitation that may have arrived', async () => {
    const { trap, transport } = await setUpSmtp();
    trap.fault({ at: 'delivery', kind: 'reset', times: 1 });
    const email = testEmail({ type: 'OrganizationInvitation' });
    await expect(transport.send(email)).rejects.toBeMailError('delivery_unknown');
    expect(trap).toHaveReceivedEmailCount(1);
  });

  it('does not retry a permanent rejection', async () => {
    const { trap, transport } = await setUpSmtp();
    const refusal = trap.fault({ at: 'rcpt', kind: '5xx' });
    await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected');
    expect(refusal.fired).toBe(1);
  });
});

describe('the log', () => {
  it('has an event for each retry, without secrets or addresses', async () => {
    const { events, logger } = createEventRecorder();
    const { child, transport } = setUp({ logger, initialDelayMs: 100 });
    child.failWith(failure('timeout'), { times: 2 });
    const email = testEmail();
    await transport.send(email);
    const { messageId, type } = email;
    const about = { event: 'mail.retry', transport: 'retry(memory)', messageId, type };
    const why = { to: 'a***@example.com', code: 'timeout', stage: 'connect' };
    expect(events).toEqual([
      { ...about, ...why, attempt: 1, delayMs: 99 },
      { ...about, ...why, attempt: 2, delayMs: 199 },
    ]);
    for (const secret of [...email.secrets, email.to]) expect(JSON.stringify(events)).not.toContain(secret);
  });
});

describe('the options', () => {
  it.each<[string, object]>([
    ['maxAttempts', { maxAttempts: 0 }],
    ['maxAttempts', { maxAttempts: 1.5 }],
    ['initialDelayMs', { initialDelayMs: -1 }],
    ['maxDelayMs', { maxDelayMs: 2 ** 31 }],
    ['mayDuplicate', { mayDuplicate: { SignIn: 'yes' } }],
  ])('are checked: %s', (option, options) => {
    expect(() => withRetry(createMemoryTransport(), options)).toThrow(ConfigError);
    expect(() => withRetry(createMemoryTransport(), options)).toThrow(option);
  });

  it('have defaults if they are undefined', async () => {
    const { child, clock, transport } = setUp({
      maxAttempts: undefined,
      initialDelayMs: undefined,
      maxDelayMs: undefined,
      mayDuplicate: undefined,
      logger: undefined,
    });
    const failing = child.failWith(failure());
    await expect(transport.send(testEmail())).rejects.toBeMailError('connection_failed');
    expect(failing.fired).toBe(3);
    expect(clock.sleeps).toEqual([499, 999]);
  });
});
