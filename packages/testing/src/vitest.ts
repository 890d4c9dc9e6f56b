import type { MailErrorCode } from '@postern/core';
import { expect } from 'vitest';
import { type ExpectedEmail, toHaveReceivedEmail, toHaveReceivedEmailCount } from './email-matchers.js';
import { type ExpectedMailError, toBeMailError } from './mail-error-matcher.js';

export type { DeliveredEmail, EmailSource } from './delivered-email.js';
export { describeTransportContract, type TransportHarness } from './transport-contract.js';
export type { ExpectedEmail, ExpectedMailError };

expect.extend({ toHaveReceivedEmail, toHaveReceivedEmailCount, toBeMailError });

declare module 'vitest' {
  // The parameters have to be those of vitest's own declaration.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * At least one email that fits has arrived, in a trap, an inbox or a memory transport.
     * It does not wait; `await trap.inbox.waitForEmail(to)` does.
     *
     * @example `expect(trap).toHaveReceivedEmail({ to: 'ada@example.com', subject: /sign in/i })`
     */
    toHaveReceivedEmail(expected?: ExpectedEmail): R;
    /**
     * Exactly that many emails that fit have arrived.
     *
     * @example `expect(transport).toHaveReceivedEmailCount(1, { to: 'ada@example.com' })`
     */
    toHaveReceivedEmailCount(count: number, expected?: ExpectedEmail): R;
    /**
     * It is a `MailError` with this code.
     *
     * @example `await expect(transport.send(email)).rejects.toBeMailError('auth_failed', { stage: 'auth' })`
     */
    toBeMailError(code: MailErrorCode, expected?: ExpectedMailError): R;
  }
}
