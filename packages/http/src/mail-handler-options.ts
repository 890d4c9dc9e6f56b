import {
  type Clock,
  CODE_USAGE_TYPES,
  clockSchema,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  type Mailer,
  type MailQueue,
  mailerSchema,
  objectWithMethods,
  queueSchema,
  type RequestContext,
  readOptions,
  systemClock,
} from '@postern/core';
import type { Verification, Verified } from '@postern/verification';
import * as z from 'zod';
import type { HttpHeaders, HttpRequest } from './http-message.js';
import { type LinkBrand, linkBrandSchema } from './link-brand.js';
import type { LinkGuard } from './link-guard/link-guard.js';
import type { LinkTexts } from './link-texts/link-texts.js';

/** A request for a code or a link. */
export interface VerificationStart {
  /** The recipient's address. Find the account by its `canonicalAddress`. */
  readonly email: string;
  readonly type: string;
  readonly method: 'code' | 'link';
  readonly locale?: string | undefined;
}

/** The decision about a request for a code or a link. */
export type StartDecision =
  /** Send the email. */
  | 'send'
  /** Do everything except send the email. The response is the same as for an address with an account. */
  | 'pretend'
  /** Respond with a 403. */
  | 'refuse';

/** The person who was verified, and the method. */
export type VerifiedPerson = Verified & { readonly method: 'code' | 'link' };

/** The response to a successful verification. */
export interface VerifiedAnswer {
  /** Headers of the response, such as `Set-Cookie`. */
  readonly headers?: HttpHeaders | undefined;
  /** The JSON body of a 200 response. A browser that opened a link gets a page instead. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /**
   * The next page: a path such as `/welcome`, or an absolute `https:` URL. A browser that opened a link is redirected there.
   * Other clients find it in the body. Never pass a value from a request without checking it.
   *
   * @default the `redirectTo` with which the code or link was started
   */
  readonly redirectTo?: string | undefined;
}

/** The methods that the routes for codes and links call. */
export type VerificationCalls = Pick<Verification, 'start' | 'check' | 'peekLink' | 'consumeLink'> &
  Partial<Pick<Verification, 'findObstacle'>>;

/** Options of {@link createMailHandler}. */
export interface MailHandlerOptions<Native = unknown> {
  /** Sends the emails, such as `createMailer(…)`. */
  mailer: Pick<Mailer, 'send' | 'render' | 'deliver' | 'verify'>;
  /** Adds the routes for codes and links, such as `createVerification(…)`. */
  verification?: VerificationCalls | undefined;
  /**
   * Decides whether a request may call `POST /messages` and `POST /test`. It runs before the body is read.
   *
   * @example `bearerToken(secret)`
   */
  authorize: (request: HttpRequest<Native>) => boolean | Promise<boolean>;
  /**
   * With a queue, `POST /messages` renders the email, puts it in the queue, and returns 202. Close the queue yourself.
   *
   * @example `createMailQueue(…)` from `@postern/queue`
   */
  queue?: Pick<MailQueue, 'enqueue'> | undefined;
  /**
   * Runs before a code or a link is created, for example to find an account or check a CAPTCHA.
   *
   * @default send to everyone
   */
  onStart?:
    | ((start: VerificationStart, request: HttpRequest<Native>) => StartDecision | Promise<StartDecision>)
    | undefined;
  /**
   * Returns the details that emails with a code or a link show about the request, such as the browser and the location.
   *
   * @example `(request) => ({ userAgent: request.header('user-agent') })`
   * @default none
   */
  requestContext?: ((request: HttpRequest<Native>) => RequestContext | undefined) | undefined;
  /**
   * Runs after a successful verification, for example to start a session. The code or link is already used. If the function
   * throws, the request fails. Throw a `ProblemError` to choose the response.
   */
  onVerified?:
    | ((
        verified: VerifiedPerson,
        request: HttpRequest<Native>,
      ) => VerifiedAnswer | undefined | Promise<VerifiedAnswer | undefined> | Promise<void>)
    | undefined;
  /**
   * Makes routes respond before they send. It receives the promise of each send, which never rejects. Keep the process
   * alive until the promise resolves, or the email is lost.
   *
   * Routes for codes and links respond as soon as the code or link is stored. Use this option with `'pretend'`, so that
   * neither a response nor its timing reveals which addresses have an account, even if sending fails. `POST /messages`
   * responds with a 202 as soon as the email is rendered. With a `queue`, it responds when the email is in the queue.
   * `POST /test` always waits for the mail server.
   *
   * A send that fails is logged as `verification.send_failed` by the verification, or as `http.send_failed` by `logger`.
   *
   * @example `(sending, { native }) => native.context.waitUntil(sending)`
   * @default routes wait for the mail server, and return an error if it fails
   */
  waitUntil?: ((sending: Promise<void>, request: HttpRequest<Native>) => void) | undefined;
  /**
   * The usage types that clients can request a code or a link for.
   * @default all of `CODE_USAGE_TYPES`, such as `SignIn` and `ForgotPassword`
   */
  verificationTypes?: readonly [string, ...string[]] | undefined;
  /**
   * The methods that clients can request: codes, links, or both. Other methods have no routes. Every method in the list
   * must work: links need `linkUrl` in `createVerification` and templates that show `{{link}}`.
   * @default both, with a warning in `logger` if one cannot work
   */
  verificationMethods?: readonly ['code' | 'link', ...('code' | 'link')[]] | undefined;
  /**
   * Adds the page of a link guard at `/open`. The guard's `url` must be the public URL of this route. If the guard's `binding`
   * is `browser`, links from `POST /links` are also bound to the browser that requested them.
   *
   * @example `createLinkGuard({ keys, url: 'https://app.example.com/mail/open', binding: 'browser' })`
   */
  linkGuard?: LinkGuard | undefined;
  /** Returns texts that replace some of those on link pages. @default ready-made texts in the reader's language */
  linkTexts?: ((locale: string | undefined) => Partial<LinkTexts> | undefined) | undefined;
  /** The name, the logo, and the color on link pages. */
  linkBrand?: LinkBrand | undefined;
  /** Maximum size of a body in bytes. @default 65536 */
  bodyLimit?: number | undefined;
  /** How long a result of `GET /health` is reused, in milliseconds. @default 30000 */
  healthIntervalMs?: number | undefined;
  /**
   * Receives `http.failed` with the cause for each status of 500 or more, `http.refused` for each status from 400 to 499,
   * and `http.send_failed` for each message that fails after the response. Levels: `error` for problems that you must fix,
   * `warn` for limits and possible abuse, and `info` and `debug` for client mistakes.
   *
   * @default errors go to `console.error`, each kind once
   */
  logger?: Logger | undefined;
  /** @default the system clock */
  clock?: Clock | undefined;
}

const METHODS = ['code', 'link'] as const;

type Options = MailHandlerOptions<unknown>;

export const mailHandlerOptionsSchema = z.strictObject({
  mailer: mailerSchema<Options['mailer']>('send', 'render', 'deliver', 'verify'),
  verification: objectWithMethods<VerificationCalls>(
    'a verification, such as createVerification(…)',
    'start',
    'check',
    'peekLink',
    'consumeLink',
  ).optional(),
  authorize: functionSchema<Options['authorize']>(
    'must be a function that decides whether a request may send emails, such as bearerToken(secret)',
  ),
  queue: queueSchema.optional(),
  onStart: functionSchema<NonNullable<Options['onStart']>>().optional(),
  requestContext: functionSchema<NonNullable<Options['requestContext']>>().optional(),
  onVerified: functionSchema<NonNullable<Options['onVerified']>>().optional(),
  waitUntil: functionSchema<NonNullable<Options['waitUntil']>>().optional(),
  verificationTypes: z
    .tuple([z.string().min(1)], z.string().min(1))
    .readonly()
    .default([...CODE_USAGE_TYPES]),
  verificationMethods: z
    .tuple([z.enum(METHODS)], z.enum(METHODS))
    .readonly()
    .default([...METHODS]),
  linkGuard: objectWithMethods<LinkGuard>(
    'a link guard, such as createLinkGuard(…)',
    'protect',
    'handle',
  ).optional(),
  linkTexts: functionSchema<NonNullable<Options['linkTexts']>>().optional(),
  linkBrand: linkBrandSchema.optional(),
  bodyLimit: z.int().min(1024).max(10_485_760).default(65_536),
  healthIntervalMs: z.int().min(0).default(30_000),
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
});

export type ParsedOptions = z.output<typeof mailHandlerOptionsSchema>;

/** @throws {ConfigError} if an option is not valid. The error lists every problem. */
export function parseOptions<Native>(options: MailHandlerOptions<Native>): ParsedOptions {
  return readOptions(mailHandlerOptionsSchema, options, 'createMailHandler');
}
