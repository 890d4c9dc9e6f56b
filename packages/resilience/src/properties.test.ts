import { type Email, MailError, type MailErrorCode, type Receipt, type Transport } from '@postern/core';
import { testEmail } from '@postern/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withFailover, withRateLimit, withRetry } from './index.js';
import { createTestClock, type TestClock } from './test-clock.js';

/** What a server does with an email, after how long. */
interface Answer {
  readonly code: MailErrorCode | 'sent';
  readonly retryable: boolean;
  readonly afterMs: number;
}

/** A try, as the server saw it. */
interface Try {
  readonly email: Email;
  readonly at: number;
  readonly by: string;
  readonly answer: Answer;
}

const answers = fc.record<Answer>({
  code: fc.constantFrom(
    'sent',
    'connection_failed',
    'timeout',
    'auth_failed',
    'host_rejected',
    'sender_rejected',
    'recipient_rejected',
    'message_rejected',
    'delivery_unknown',
    'rate_limited',
  ),
  retryable: fc.boolean(),
  afterMs: fc.integer({ min: 0, max: 300 }),
});
const scripts = fc.array(answers, { maxLength: 12 });
const emails = fc.record({
  type: fc.constantFrom('SignIn', 'OrganizationInvitation', 'Welcome'),
  livesMs: fc.integer({ min: 1, max: 5000 }),
});

/** Answers as the script says, and then takes whatever comes. */
function createScripted(by: string, script: readonly Answer[], clock: TestClock, tries: Try[]): Transport {
  const rest = [...script];
  const close = async () => {};
  return {
    name: by,
    async send(email): Promise<Receipt> {
      const answer = rest.shift() ?? { code: 'sent', retryable: false, afterMs: 0 };
      tries.push({ email, at: clock.now(), by, answer });
      clock.set(clock.now() + answer.afterMs);
      const { code, retryable } = answer;
      if (code !== 'sent') throw new MailError(code, 'Scripted.', { stage: 'data', retryable });
      const { messageId, to } = email;
      return { messageId, accepted: to, transport: by, response: '250 OK', attempts: 1, durationMs: 0 };
    },
    verify: close,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Sends one email, and tells what every server saw of it. */
async function trySending(
  { type, livesMs }: { type: string; livesMs: number },
  compose: (server: (by: string, script: readonly Answer[]) => Transport, clock: TestClock) => Transport,
) {
  const clock = createTestClock({ now: 0, isFree: true });
  const tries: Try[] = [];
  const expiresAt = new Date(livesMs);
  await using transport = compose((by, script) => createScripted(by, script, clock, tries), clock);
  const outcome = await transport.send(testEmail({ type, expiresAt })).then(
    (receipt) => receipt,
    (error: unknown) => error,
  );
  return { tries, outcome, expiresAt };
}

const mayArriveTwice = (type: string) => type === 'SignIn';
const isAgain = ({ code, retryable }: Answer, type: string) =>
  retryable && (code !== 'delivery_unknown' || mayArriveTwice(type));

/** What holds of every composition, whatever its servers do. */
function expectInvariants({ tries, outcome, expiresAt }: Awaited<ReturnType<typeof trySending>>): void {
  for (const { email, at } of tries) {
    expect(email).toBe(tries[0]?.email);
    expect(at).toBeLessThan(expiresAt.getTime());
  }
  const last = tries.at(-1);
  const wasUnknown = tries.some(({ answer }) => answer.code === 'delivery_unknown');
  if (outcome instanceof MailError) {
    expect(tries.map(({ answer }) => answer.code)).not.toContain('sent');
    if (wasUnknown) expect(outcome.code).toBe('delivery_unknown');
    expect(outcome.attempts ?? 1).toBe(tries.length);
  } else {
    expect(outcome).toMatchObject({ transport: last?.by, attempts: tries.length });
    expect(tries.filter(({ answer }) => answer.code === 'sent')).toEqual([last]);
  }
}

describe('whatever the servers do', () => {
  it('a retry tries no more often than it may, and only what is worth it', async () => {
    const maxAttempts = fc.integer({ min: 1, max: 6 });
    await fc.assert(
      fc.asyncProperty(scripts, emails, maxAttempts, async (script, email, max) => {
        const result = await trySending(email, (server, clock) =>
          withRetry(server('main', script), { clock, sleep: clock.sleep, maxAttempts: max }),
        );
        expectInvariants(result);
        expect(result.tries.length).toBeLessThanOrEqual(max);
        for (const { answer } of result.tries.slice(0, -1)) expect(isAgain(answer, email.type)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('a failover asks each transport once, in order, and none after a recipient was refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(scripts, { minLength: 1, maxLength: 4 }), emails, async (servers, email) => {
        const names = servers.map((_, index) => `server-${index}`);
        const result = await trySending(email, (server, clock) =>
          withFailover(
            servers.map((script, index) => server(names[index] ?? '', script)),
            { clock },
          ),
        );
        expectInvariants(result);
        expect(result.tries.map(({ by }) => by)).toEqual(names.slice(0, result.tries.length));
        for (const { answer } of result.tries.slice(0, -1)) {
          expect(answer.code).not.toBe('recipient_rejected');
          if (answer.code === 'message_rejected') expect(answer.retryable).toBe(true);
          if (answer.code === 'delivery_unknown') expect(mayArriveTwice(email.type)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, (main: Transport, backup: Transport, clock: TestClock) => Transport]>([
    [
      'retries of a failover',
      (main, backup, clock) =>
        withRetry(withFailover([main, backup], { clock }), { clock, sleep: clock.sleep }),
    ],
    [
      'a failover of retries',
      (main, backup, clock) =>
        withFailover(
          [main, backup].map((child) => withRetry(child, { clock, sleep: clock.sleep })),
          { clock },
        ),
    ],
    [
      'retries of a failover of rate limits',
      (main, backup, clock) =>
        withRetry(
          withFailover(
            [main, backup].map((child) =>
              withRateLimit(child, { limit: 1, intervalMs: 1000, clock, sleep: clock.sleep }),
            ),
            { clock },
          ),
          { clock, sleep: clock.sleep },
        ),
    ],
  ])('%s keep the promises of both', async (_name, compose) => {
    await fc.assert(
      fc.asyncProperty(scripts, scripts, emails, async (main, backup, email) => {
        const result = await trySending(email, (server, clock) =>
          compose(server('main', main), server('backup', backup), clock),
        );
        expectInvariants(result);
        // Three tries at each of two.
        expect(result.tries.length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 500 },
    );
  });
});
