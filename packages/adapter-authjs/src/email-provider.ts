import type { EmailConfig } from '@auth/core/providers';
import { canonicalAddress, parseSendRequest, readOptions, sendOrDefer } from '@postern/core';
import { protectPayload } from '@postern/http';
import { EmailNotSentError } from './email-not-sent-error.js';
import { type EmailProviderOptions, optionsSchema } from './email-provider-options.js';

type VerificationParams = Parameters<EmailConfig['sendVerificationRequest']>[0];

const fail = (error: unknown): never => {
  throw new EmailNotSentError(error);
};

/**
 * Creates an email provider for Auth.js, with the `id` `email`.
 *
 * With a verification, people sign in with a short code. Auth.js does not limit guesses, so its own token stays long and
 * secret. The verification stores the link of Auth.js encrypted, and returns it for the correct code.
 *
 * Source: https://authjs.dev/guides/configuring-http-email
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * app.use('/auth', ExpressAuth({ adapter, providers: [createEmailProvider({ mailer })] }));
 * ```
 */
export function createEmailProvider(options: EmailProviderOptions): EmailConfig {
  const parsed = readOptions(optionsSchema, options, 'createEmailProvider');
  const { mailer, verification, linkGuard, setCookie, maxAge } = parsed;
  const { type, locale, clientAddress, deliver, waitUntil, logger } = parsed;

  async function sendEmail({ identifier: to, url, expires: expiresAt, request }: VerificationParams) {
    const ip = clientAddress?.(request);
    const email = {
      ...{ to, type, ip },
      requestContext: { userAgent: request.headers.get('user-agent') ?? undefined, ip },
      locale: locale ? locale(request) : (request.headers.get('accept-language') ?? undefined),
    };
    const isReceiver = deliver ? await deliver(to) : true;

    if (verification)
      await verification.start({
        ...{ ...email, method: 'code', redirectTo: url, deliver: isReceiver, waitUntil },
      });
    if (!mailer) return;
    const browser = setCookie && {
      cookie: request.headers.get('cookie'),
      setCookie: (cookie: string) => setCookie(cookie, request),
    };
    const payload = await protectPayload(linkGuard, { link: url }, { to, expiresAt, browser });
    const message = parseSendRequest({ ...email, payload, expiresAt });
    await sendOrDefer({
      async send() {
        if (isReceiver) await mailer.send(message);
      },
      ...{ waitUntil, source: 'authjs', fields: { type } },
      report: (level, event) => logger[level](event),
    });
  }

  return {
    ...{ id: 'email', type: 'email', name: 'Email', maxAge: maxAge ?? 24 * 60 * 60 },
    normalizeIdentifier(address) {
      try {
        return canonicalAddress(address);
      } catch (error) {
        return fail(error);
      }
    },
    sendVerificationRequest(params) {
      const sending = sendEmail(params).catch(fail);
      // Auth.js awaits the promise only after another step. An earlier rejection would end the process.
      sending.catch(() => undefined);
      return sending;
    },
  };
}
