import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { type Email, freezeEmail } from '@postern/core';

/**
 * Creates a valid, frozen sign-in email. Each has its own recipient, `Message-ID`, code, and link, so that tests do not
 * interfere with each other. Its code and link are listed in `secrets`.
 *
 * @example
 * ```ts
 * const email = testEmail({ subject: 'Welcome' });
 * await transport.send(email);
 * await trap.inbox.waitForEmail(email.to);
 * ```
 */
export function testEmail(overrides: Partial<Email> = {}): Email {
  const code = String(randomInt(100_000, 1_000_000));
  const link = `https://app.example.com/sign-in?token=${randomBytes(16).toString('hex')}`;
  return freezeEmail({
    type: 'SignIn',
    messageId: `<${randomUUID()}@example.com>`,
    date: new Date(),
    from: Object.freeze({ name: 'Example', address: 'noreply@example.com' }),
    to: `ada-${randomBytes(6).toString('hex')}@example.com`,
    subject: 'Sign in to Example',
    text: `Your sign-in code is ${code}.\n\nOr follow this link: ${link}\n`,
    html: `<p>Your sign-in code is <b>${code}</b>.</p><p><a href="${link}">Sign in</a></p>`,
    headers: Object.freeze({ 'Auto-Submitted': 'auto-generated' }),
    secrets: Object.freeze([code, link]),
    ...overrides,
  });
}
