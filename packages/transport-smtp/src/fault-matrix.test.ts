import { MailError, type MailErrorCode, type MailStage } from '@postern/core';
import {
  type Fault,
  type FaultKind,
  type FaultStage,
  type SmtpTrap,
  startSmtpTrap,
  testEmail,
} from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { createSmtpTransport } from './index.js';

/** Short timeouts for the cells that expect one. In the others, a slow machine must not cause one. */
const timeoutsFor = (kind: FaultKind) =>
  kind === 'stall' || kind === 'drip'
    ? { connectionTimeout: 2000, greetingTimeout: 500, socketTimeout: 500 }
    : { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 30_000 };

/** No cell may take longer than the sum of its timeouts, once for the failure and once for the next email. */
const DEADLINE = 6000;

type Outcome = { code: MailErrorCode; stage: MailStage; retryable: boolean };

const outcome = (code: MailErrorCode, stage: MailStage, retryable: boolean): Outcome => ({
  code,
  stage,
  retryable,
});
const lost = (stage: MailStage) => outcome('connection_failed', stage, true);
const late = (stage: MailStage) => outcome('timeout', stage, true);

/**
 * The expected error for each fault at each stage. After the final dot, a reset, a stall, or an invalid reply leaves the
 * delivery unknown. Before that, the message was certainly not delivered.
 */
const expected: Record<FaultStage, Record<FaultKind, Outcome>> = {
  connect: {
    reset: lost('greeting'),
    stall: late('greeting'),
    '4xx': lost('greeting'),
    '5xx': outcome('connection_failed', 'greeting', false),
    garbage: lost('greeting'),
    drip: late('greeting'),
  },
  greeting: {
    reset: lost('greeting'),
    stall: late('greeting'),
    '4xx': lost('greeting'),
    '5xx': outcome('connection_failed', 'greeting', false),
    garbage: lost('greeting'),
    drip: late('greeting'),
  },
  ehlo: {
    reset: lost('ehlo'),
    stall: late('ehlo'),
    '4xx': lost('ehlo'),
    '5xx': outcome('connection_failed', 'ehlo', false),
    garbage: lost('ehlo'),
    drip: late('ehlo'),
  },
  starttls: {
    reset: outcome('tls_failed', 'tls', true),
    stall: late('tls'),
    '4xx': outcome('tls_failed', 'tls', true),
    '5xx': outcome('tls_failed', 'tls', false),
    garbage: outcome('tls_failed', 'tls', true),
    drip: late('tls'),
  },
  auth: {
    reset: lost('auth'),
    stall: late('auth'),
    '4xx': outcome('auth_failed', 'auth', true),
    '5xx': outcome('auth_failed', 'auth', false),
    garbage: lost('auth'),
    drip: late('auth'),
  },
  mail: {
    reset: lost('mail'),
    stall: late('mail'),
    '4xx': lost('mail'),
    '5xx': outcome('sender_rejected', 'mail', false),
    garbage: lost('mail'),
    drip: late('mail'),
  },
  rcpt: {
    reset: lost('rcpt'),
    stall: late('rcpt'),
    '4xx': lost('rcpt'),
    '5xx': outcome('recipient_rejected', 'rcpt', false),
    garbage: lost('rcpt'),
    drip: late('rcpt'),
  },
  data: {
    reset: lost('data'),
    stall: late('data'),
    '4xx': lost('data'),
    '5xx': outcome('connection_failed', 'data', false),
    garbage: lost('data'),
    drip: late('data'),
  },
  delivery: {
    reset: outcome('delivery_unknown', 'delivery', true),
    stall: outcome('delivery_unknown', 'delivery', true),
    '4xx': lost('delivery'),
    '5xx': outcome('message_rejected', 'delivery', false),
    garbage: outcome('delivery_unknown', 'delivery', true),
    drip: outcome('delivery_unknown', 'delivery', true),
  },
};

const cells = (Object.keys(expected) as FaultStage[]).flatMap((at) =>
  (Object.keys(expected[at]) as FaultKind[]).map((kind) => ({ at, kind, becomes: expected[at][kind] })),
);

/** A reset can overtake earlier data, so the client may not have received the previous reply. */
const stagesOfReset = (stage: MailStage): MailStage[] => {
  if (stage === 'greeting') return ['connect', 'greeting'];
  return stage === 'rcpt' || stage === 'data' ? ['mail', 'rcpt', 'data'] : [stage];
};

const auth = { user: 'ada', pass: 'pass-phrase' };

const transportTo = (trap: SmtpTrap, kind: FaultKind) =>
  createSmtpTransport(
    { host: trap.host, port: trap.port, auth, tls: { ca: trap.certificate }, ...timeoutsFor(kind) },
    { maxConnections: 1 },
  );

describe.each([true, false])('the fault matrix (PIPELINING offered: %s)', (offered) => {
  const hideExtensions = offered ? [] : (['PIPELINING'] as const);

  // A third of the cells wait for a timeout, so several run at a time.
  it.concurrent.each(cells)(
    '$at, $kind → $becomes.code',
    { timeout: DEADLINE },
    async ({ at, kind, becomes }) => {
      await using trap = await startSmtpTrap({ auth, hideExtensions });
      await using transport = transportTo(trap, kind);
      // EHLO fails twice: a client that is refused tries HELO (RFC 5321 section 3.2).
      // A login also fails twice, because the next mechanism follows a refusal.
      const isTwice =
        at === 'ehlo' ? ['4xx', '5xx', 'garbage'].includes(kind) : at === 'auth' && kind === '5xx';
      const times = isTwice ? 2 : 1;
      const fault = trap.fault({ at, kind, times } as Fault);
      const email = testEmail();

      const error: unknown = await transport.send(email).then(
        () => expect.unreachable('the fault had no effect'),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(MailError);
      const { stage, ...others } = becomes;
      expect(error).toMatchObject(others);
      expect(kind === 'reset' ? stagesOfReset(stage) : [stage]).toContain((error as MailError).stage);
      expect(fault.fired).toBe(times);

      // The email arrived only if the error allows it.
      const isStored = trap.inbox.messages.some(({ messageId }) => messageId === email.messageId);
      if (becomes.code !== 'delivery_unknown') expect(isStored).toBe(false);

      const next = testEmail();
      await transport.send(next);
      expect(trap.inbox.messages.map(({ messageId }) => messageId)).toContain(next.messageId);
      await transport.close();
      await trap.waitForConnectionClose();
      expect(trap.stats.openConnections).toBe(0);
    },
  );
});
