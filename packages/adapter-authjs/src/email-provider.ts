import type { EmailConfig } from '@auth/core/providers';
import { canonicalAddress, parseSendRequest, readOptions, sendAfterResponse } from '@postern/core';
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

  /** Returns the link for the email, and a code if the guard puts one next to it. */
  async function protect({ url, identifier: to, expires: expiresAt, request }: VerificationParams) {
    if (!linkGuard) return { link: url };
    const binding = setCookie ? {} : ({ binding: 'none' } as const);
    const cookie = request.headers.get('cookie');
    const guarded = await linkGuard.protect(url, { to, expiresAt, cookie, ...binding });
    const { setCookie: line, ...payload } = guarded;
    if (line) await setCookie?.(line, request);
    return payload;
  }

  async function sendEmail(params: VerificationParams) {
    const { identifier: to, url, expires: expiresAt, request } = params;
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
    const message = parseSendRequest({ ...email, payload: await protect(params), expiresAt });
    const send = async () => {
      if (isReceiver) await mailer.send(message);
    };
    if (!waitUntil) return send();
    sendAfterResponse({
      ...{ send, waitUntil, report: (level, event) => logger[level](event) },
      ...{ source: 'authjs', fields: { type } },
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
