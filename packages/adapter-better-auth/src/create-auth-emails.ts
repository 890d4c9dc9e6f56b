import { readOptions } from '@postern/core';
import { type AuthCallbacks, createAuthCallbacks } from './auth-callbacks.js';
import { type AuthEmailsOptions, authEmailsOptionsSchema } from './auth-emails-options.js';
import { type AuthEmailsPlugin, createAuthPlugin } from './auth-plugin.js';
import { createEmailSender } from './email-sender.js';

/** The plugin for Better Auth, and its callbacks. */
export interface AuthEmails extends AuthCallbacks {
  /**
   * Sends the emails of `emailVerification`, `emailAndPassword`, and `user`, and security notices. If an email of any plugin
   * cannot be sent, responses have a status and a code. Put it last in `plugins`, so that it also sees the emails that other
   * plugins send after a request.
   */
  plugin: AuthEmailsPlugin;
}

/**
 * Sends all emails of Better Auth 1.7 through a mailer. Pass `plugin` to `betterAuth`, and each callback for a plugin of
 * Better Auth to that plugin. To send only some emails, pass their callbacks and omit `plugin`.
 *
 * Source: https://better-auth.com/docs/concepts/email and the documentation of each plugin.
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * const emails = createAuthEmails({ mailer });
 * export const auth = betterAuth({
 *   emailAndPassword: { enabled: true, requireEmailVerification: true },
 *   plugins: [magicLink({ sendMagicLink: emails.sendMagicLink }), emails.plugin],
 * });
 * ```
 */
export function createAuthEmails(options: AuthEmailsOptions): AuthEmails {
  const parsed = readOptions(authEmailsOptionsSchema, options, 'createAuthEmails');
  const sender = createEmailSender(parsed);
  const callbacks = createAuthCallbacks(sender, parsed);
  return { ...callbacks, plugin: createAuthPlugin(callbacks, sender, parsed) };
}
