import { inspect } from 'node:util';
import { type Email, MailError, type Transport } from '@postern/core';
import { createContractSuite } from './contract-suite.js';
import { type DeliveredEmail, recipientsOf } from './delivered-email.js';
import { testEmail } from './test-email.js';
import type { Expect, TestRunner } from './test-runner.js';

/** A transport under test, with its destination. Each test creates a new one. */
export interface TransportHarness {
  /** The transport, ready to send. The suite closes it. */
  transport: Transport;
  /**
   * Returns all delivered emails. If `send` resolves before delivery, as in a queue, it first waits until no email is in
   * flight. It must also work after the transport was closed.
   */
  received(): readonly DeliveredEmail[] | Promise<readonly DeliveredEmail[]>;
  /**
   * Whether the destination replaces the `Message-ID`, as some provider APIs do. The receipt must then have the new one, or, if
   * the API does not return it (`'hidden'`), that of the email.
   * @default false
   */
  replacesMessageId?: boolean | 'hidden' | undefined;
  /** Makes the next `send` fail, including all of its attempts. The following `send` succeeds. */
  failNext?(): unknown;
  /** Makes the destination permanently unreachable, so that `verify` fails. */
  down?(): unknown;
  /** Frees the other resources of the factory. Called when the test ends. */
  dispose?(): unknown;
}

const MANY = 20;

/**
 * Defines the tests that every `Transport` must pass.
 *
 * @param name - the name of the suite
 * @param factory - creates a new transport and its destination for each test
 * @param runner - the functions of your test runner
 * @example
 * ```ts
 * import { describe, expect, test } from 'vitest'; // or '@jest/globals'
 *
 * describeTransportContract('smtp', async () => {
 *   const trap = await startSmtpTrap();
 *   return {
 *     transport: createSmtpTransport({ host: trap.host, port: trap.port, tls: { ca: trap.certificate } }),
 *     received: () => trap.inbox.messages,
 *     failNext: () => trap.fault({ at: 'mail', kind: '5xx', times: 1 }),
 *     down: () => trap.close(),
 *     dispose: () => trap.close(),
 *   };
 * }, { describe, expect, test });
 * ```
 */
export function describeTransportContract(
  name: string,
  factory: () => TransportHarness | Promise<TransportHarness>,
  runner: TestRunner,
): void {
  const { describe, test: it, expect, onTestFinished } = createContractSuite(runner);
  const setUp = async (): Promise<TransportHarness> => {
    const harness = await factory();
    onTestFinished(async () => {
      await harness.transport.close();
      await harness.dispose?.();
    });
    return harness;
  };

  describe(`transport contract: ${name}`, () => {
    describe('send', () => {
      it('delivers the email only to its recipient', async () => {
        const { transport, received } = await setUp();
        const email = testEmail();
        await transport.send(email);
        const [delivered, ...others] = await received();
        expect(others).toEqual([]);
        expect(delivered && recipientsOf(delivered)).toEqual([email.to]);
        expect(delivered?.from?.address).toBe(email.from.address);
        expect(delivered?.subject).toBe(email.subject);
        expect(delivered?.text.trim()).toBe(email.text.trim());
        expect(delivered?.html?.trim()).toBe(email.html?.trim());
      });

      it('keeps the Message-ID, or returns the new one', async () => {
        const { transport, received, replacesMessageId = false } = await setUp();
        const email = testEmail();
        const receipt = await transport.send(email);
        const [delivered] = await received();
        if (replacesMessageId !== 'hidden') expect(receipt.messageId).toBe(delivered?.messageId);
        expect(receipt.messageId === email.messageId).toBe(replacesMessageId !== true);
      });

      it('resolves with a complete receipt', async () => {
        const { transport } = await setUp();
        const email = testEmail();
        const receipt = await transport.send(email);
        expect(receipt.accepted).toBe(email.to);
        expect(receipt.transport).not.toBe('');
        expect(receipt.response).not.toBe('');
        expect(receipt.attempts).toBeGreaterThanOrEqual(1);
        expect(receipt.durationMs).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(receipt.durationMs)).toBe(true);
      });

      it(`delivers each of ${MANY} concurrent emails once`, async () => {
        const { transport, received } = await setUp();
        const emails = Array.from({ length: MANY }, () => testEmail());
        const receipts = await Promise.all(emails.map((email) => transport.send(email)));
        expect(receipts.map((receipt) => receipt.accepted)).toEqual(emails.map((email) => email.to));
        expect((await recipients(received)).sort()).toEqual(emails.map((email) => email.to).sort());
      });

      it('accepts a deeply frozen email and does not change it', async () => {
        const { transport } = await setUp();
        const email = testEmail();
        const before = structuredClone({ ...email });
        await transport.send(email);
        expect({ ...email }).toEqual(before);
      });

      it('rejects an expired email and does not deliver it', async () => {
        const { transport, received } = await setUp();
        const email = testEmail({ expiresAt: new Date(Date.now() - 60_000) });
        const error = await failureOf(transport.send(email));
        expect(error).toMatchObject({ code: 'expired', retryable: false });
        expect(await received()).toEqual([]);
      });
    });

    describe('abort', () => {
      it('rejects with `aborted` if the signal is already aborted, and delivers nothing', async () => {
        const { transport, received } = await setUp();
        const error = await failureOf(transport.send(testEmail(), { signal: AbortSignal.abort() }));
        expect(error).toMatchObject({ code: 'aborted', retryable: false });
        expect(await received()).toEqual([]);
      });

      it('aborts a send in flight without affecting the next one', async () => {
        const { transport, received } = await setUp();
        const controller = new AbortController();
        const aborted = testEmail();
        const outcome = transport.send(aborted, { signal: controller.signal }).then(
          () => 'delivered',
          (error: unknown) => error,
        );
        controller.abort();
        const result = await outcome;
        // The abort may be too late. No other outcome is valid.
        if (result !== 'delivered') expect(result).toMatchObject({ name: 'MailError', code: 'aborted' });

        const next = testEmail();
        await transport.send(next);
        const delivered = await recipients(received);
        expect(delivered.filter((to) => to === next.to)).toHaveLength(1);
        expect(delivered.includes(aborted.to)).toBe(result === 'delivered');
      });
    });

    describe('verify', () => {
      it('resolves while the destination is up, and sends nothing', async () => {
        const { transport, received } = await setUp();
        await expect(transport.verify()).resolves.toBeUndefined();
        expect(await received()).toEqual([]);
      });

      it('rejects with `aborted` if the signal is already aborted', async () => {
        const { transport } = await setUp();
        const error = await failureOf(transport.verify({ signal: AbortSignal.abort() }));
        expect(error).toMatchObject({ code: 'aborted' });
      });

      it('rejects with a MailError if the destination is down', async ({ skip }) => {
        const { transport, down } = await setUp();
        if (!down) return skip('the harness cannot take its destination down');
        await down();
        await failureOf(transport.verify());
      });
    });

    describe('failure', () => {
      it('rejects with a MailError that has a code, a stage, and a retryable flag', async ({ skip }) => {
        const { transport, failNext, received } = await setUp();
        if (!failNext) return skip('the harness cannot make a send fail');
        await failNext();
        const error = await failureOf(transport.send(testEmail()));
        expect(error.code).toMatch(/^[a-z_]+$/);
        expect(error.stage).toMatch(/^[a-z]+$/);
        expect(typeof error.retryable).toBe('boolean');
        expect(error.message).not.toBe('');
        expect(await received()).toEqual([]);

        const next = testEmail();
        await transport.send(next);
        expect(await recipients(received)).toEqual([next.to]);
      });
    });

    describe('secrets', () => {
      it('are not in the receipt or the inspected transport', async () => {
        const { transport } = await setUp();
        const email = testEmail();
        const receipt = await transport.send(email);
        expectNoSecrets(expect, email, inspected(transport), inspected(receipt), JSON.stringify(receipt));
      });

      it('are not in the error', async ({ skip }) => {
        const { transport, failNext } = await setUp();
        if (!failNext) return skip('the harness cannot make a send fail');
        await failNext();
        const email = testEmail();
        const error = await failureOf(transport.send(email));
        expectNoSecrets(
          expect,
          email,
          inspected(transport),
          inspected(error),
          JSON.stringify(error),
          error.stack ?? '',
        );
      });
    });

    describe('close', () => {
      it('waits for emails in flight', async () => {
        const { transport, received } = await setUp();
        const emails = Array.from({ length: 3 }, () => testEmail());
        const sends = emails.map((email) => transport.send(email));
        await Promise.all([transport.close(), ...sends]);
        expect((await recipients(received)).sort()).toEqual(emails.map((email) => email.to).sort());
      });

      it('can be called several times', async () => {
        const { transport } = await setUp();
        await transport.send(testEmail());
        await Promise.all([transport.close(), transport.close()]);
        await expect(transport.close()).resolves.toBeUndefined();
      });

      it('makes later calls fail with `closed`', async () => {
        const { transport, received } = await setUp();
        await transport.close();
        expect(await failureOf(transport.send(testEmail()))).toMatchObject({
          code: 'closed',
          retryable: false,
        });
        expect(await failureOf(transport.verify())).toMatchObject({ code: 'closed' });
        expect(await received()).toEqual([]);
      });

      it('is called at the end of an `await using` block', async () => {
        const { transport: outer } = await setUp();
        {
          await using transport = outer;
          await transport.send(testEmail());
        }
        expect(await failureOf(outer.send(testEmail()))).toMatchObject({ code: 'closed' });
      });
    });
  });
}

/** Returns the `MailError` with which an operation rejects. Any other outcome fails the test. */
async function failureOf(operation: Promise<unknown>): Promise<MailError> {
  const error = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof MailError) return error;
  throw new Error(
    `Expected a rejection with a MailError, received ${error === undefined ? 'none' : inspect(error)}`,
  );
}

/** Every test email has its own recipient. */
const recipients = async (received: TransportHarness['received']) => (await received()).flatMap(recipientsOf);

const inspected = (thing: unknown) => inspect(thing, { depth: 20, getters: true, showHidden: true });

function expectNoSecrets(expect: Expect, email: Email, ...texts: readonly string[]): void {
  for (const text of texts) {
    for (const secret of email.secrets) expect(text).not.toContain(secret);
  }
}
