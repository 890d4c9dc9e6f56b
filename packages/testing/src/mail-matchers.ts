import type { MailErrorCode } from '@postern/core';
import { type ExpectedEmail, toHaveReceivedEmail, toHaveReceivedEmailCount } from './email-matchers.js';
import { type ExpectedMailError, toBeMailError } from './mail-error-matcher.js';

/**
 * The matchers as functions, for every `expect` that has `extend`. The entries `@postern/testing/vitest`
 * and `@postern/testing/jest` do this for you, with types.
 *
 * @example `expect.extend(mailMatchers)`
 */
export const mailMatchers = { toHaveReceivedEmail, toHaveReceivedEmailCount, toBeMailError };

/** The types of the matchers, for the declarations of a test runner. `R` is what a matcher returns. */
export interface MailMatchers<R> {
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
