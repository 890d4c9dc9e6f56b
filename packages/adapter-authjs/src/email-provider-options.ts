import {
  type AcceptedLocales,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  type Mailer,
  mailerSchema,
  objectWithMethods,
  type UsageType,
} from '@postern/core';
import { type LinkProtector, linkProtectorSchema } from '@postern/http';
import type { Verification } from '@postern/verification';
import * as z from 'zod';

type MailerCalls = Pick<Mailer, 'send'> & Partial<Pick<Mailer, 'canShow'>>;
type VerificationCalls = Pick<Verification, 'start'> & Partial<Pick<Verification, 'findObstacle'>>;

interface LinkOptions {
  /** Sends emails with a link. To put them in a queue, pass `queue.transport()` as the transport of the mailer. */
  mailer: MailerCalls;
  /** How long a link is valid, in seconds. @default 86400 (24 hours), as in Auth.js */
  maxAge?: number | undefined;
  /** Protects links from mail scanners, such as `createLinkGuard(…)`. */
  linkGuard?: LinkProtector | undefined;
  /**
   * Adds a `Set-Cookie` header to the response, because Auth.js providers cannot set cookies. With this option, links have the
   * binding of the guard.
   *
   * @default links are not bound to a browser
   */
  setCookie?: ((cookie: string, request: Request) => void | Promise<void>) | undefined;
  verification?: undefined;
}

interface CodeOptions {
  /**
   * Sends emails with a code, limits guesses, and returns the link of Auth.js as the `redirectTo` of a correct code. Its
   * `policy.redirectOrigins` must contain the origin of Auth.js.
   */
  verification: VerificationCalls;
  mailer?: undefined;
}

interface SharedOptions {
  /** Selects the template. @default 'SignIn' */
  type?: UsageType | undefined;
  /** Returns the reader's language. @default the `Accept-Language` header */
  locale?: ((request: Request) => AcceptedLocales | undefined) | undefined;
  /**
   * Returns the client's IP address, for limits, logs, and the email. Auth.js does not know the address, so read it from a
   * header that your server or a trusted proxy sets. Without an address, all clients share the limits of the verification.
   */
  clientAddress?: ((request: Request) => string | undefined) | undefined;
  /**
   * Decides whether an address gets the email, for example whether it has an account. The response is the same in both
   * cases. Requires `waitUntil`, because the response time would show the difference.
   *
   * @default every address gets it
   */
  deliver?: ((address: string) => boolean | Promise<boolean>) | undefined;
  /**
   * Sends the email after the response. The callback receives a promise that never rejects. Keep the process alive until the
   * promise resolves. If the email cannot be sent, the failure is logged, and the person does not see it.
   *
   * @default Auth.js waits for the mail server, and a failure leads back to the sign-in page
   */
  waitUntil?: ((sending: Promise<void>) => void) | undefined;
  /**
   * Receives `authjs.send_failed` and `authjs.wait_until_failed`. The verification has its own logger.
   * @default errors go to the console, once per kind
   */
  logger?: Logger | undefined;
}

/** Options of {@link createEmailProvider}: a mailer for links, or a verification for codes. */
export type EmailProviderOptions = SharedOptions & (LinkOptions | CodeOptions);

export const optionsSchema = z
  .strictObject({
    mailer: mailerSchema<MailerCalls>('send').optional(),
    verification: objectWithMethods<VerificationCalls>(
      'a verification, such as createVerification(…)',
      'start',
    ).optional(),
    maxAge: z.int().min(1).optional(),
    linkGuard: linkProtectorSchema.optional(),
    setCookie: functionSchema<NonNullable<LinkOptions['setCookie']>>().optional(),
    type: z.custom<UsageType>((value) => typeof value === 'string', 'must be a string').default('SignIn'),
    locale: functionSchema<NonNullable<SharedOptions['locale']>>().optional(),
    clientAddress: functionSchema<NonNullable<SharedOptions['clientAddress']>>().optional(),
    deliver: functionSchema<NonNullable<SharedOptions['deliver']>>().optional(),
    waitUntil: functionSchema<NonNullable<SharedOptions['waitUntil']>>().optional(),
    logger: loggerSchema.default(createOperatorLogger),
  })
  .refine(({ mailer, verification }) => !mailer !== !verification, {
    path: ['mailer'],
    message: 'pass either mailer, for links, or verification, for codes',
  })
  .refine(({ deliver, waitUntil }) => !deliver || waitUntil, {
    path: ['waitUntil'],
    message: 'is required with deliver',
  })
  .refine(
    ({ mailer, verification, type }) =>
      mailer?.canShow?.(type, 'link') !== false && !verification?.findObstacle?.({ type, method: 'code' }),
    { path: ['type'], message: 'must have a template that shows the link or the code, in every language' },
  );
