import type { MailErrorCode } from '@postern/core';
import { type ExpectedEmail, toHaveReceivedEmail, toHaveReceivedEmailCount } from './email-matchers.js';
import { type ExpectedMailError, toBeMailError } from './mail-error-matcher.js';

/**
 * The matchers, for any `expect` that has `extend`. The entry points `@postern/testing/vitest` and `@postern/testing/jest`
 * register them for you, with types.
 *
 * @example `expect.extend(mailMatchers)`
 */
export const mailMatchers = { toHaveReceivedEmail, toHaveReceivedEmailCount, toBeMailError };

/** The types of the matchers, for the declarations of a test runner. `R` is the return type of a matcher. */
export interface MailMatchers<R> {
  /**
   * Checks that at least one matching email has arrived in a trap, an inbox, or a memory transport. It does not wait. To
   * wait, use `await trap.inbox.waitForEmail(to)`.
   *
   * @example `expect(trap).toHaveReceivedEmail({ to: 'ada@example.com', subject: /sign in/i })`
   */
  toHaveReceivedEmail(expected?: ExpectedEmail): R;
  /**
   * Checks that exactly this many matching emails have arrived.
   *
   * @example `expect(transport).toHaveReceivedEmailCount(1, { to: 'ada@example.com' })`
   */
  toHaveReceivedEmailCount(count: number, expected?: ExpectedEmail): R;
  /**
   * Checks that the value is a `MailError` with this code.
   *
   * @example `await expect(transport.send(email)).rejects.toBeMailError('auth_failed', { stage: 'auth' })`
   */
  toBeMailError(code: MailErrorCode, expected?: ExpectedMailError): R;
}
