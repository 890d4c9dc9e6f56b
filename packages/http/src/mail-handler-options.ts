import {
  type Clock,
  clockSchema,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  type Mailer,
  type MailQueue,
  objectWithMethods,
  readOptions,
  systemClock,
} from '@postern/core';
import type { Verification, Verified, VerifiedLink } from '@postern/verification';
import { z } from 'zod';
import type { HttpHeaders, HttpRequest } from './http-message.js';
import type { LinkTexts } from './link-page.js';

/** Someone asks for a code or a link. */
export interface VerificationStart {
  /** The address that the email would go to. Find the account by the `canonicalAddress` of it. */
  readonly email: string;
  readonly type: string;
  readonly method: 'code' | 'link';
  readonly locale?: string | undefined;
}

/** What to do for someone who asks for a code or a link. */
export type StartDecision =
  /** Send it. */
  | 'send'
  /** Do everything but send it: for an address without an account. The answer is that of one with an account. */
  | 'pretend'
  /** Answer 403. */
  | 'refuse';

/** Who was verified, and how. */
export type VerifiedPerson =
  | (Verified & { readonly method: 'code' })
  | (VerifiedLink & { readonly method: 'link' });

/** What goes into the answer to someone who was verified. */
export interface VerifiedAnswer {
  /** Such as `Set-Cookie`. */
  readonly headers?: HttpHeaders | undefined;
  /** The answer to a program; one to a browser that opened a link is a page. Makes it a 200. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Where to go next: a path such as `/welcome`, or an absolute `https:` URL. A browser that opened a link is sent there; a
   * program finds it in the body. Never pass on what a request asked for without checking it.
   *
   * @default the `redirectTo` that the link was made with
   */
  readonly redirectTo?: string | undefined;
}

/** The calls that the routes of codes and links make. */
export type VerificationCalls = Pick<Verification, 'start' | 'check' | 'peekLink' | 'consumeLink'> &
  Partial<Pick<Verification, 'findObstacle'>>;

/** Options of {@link createMailHandler}. */
export interface MailHandlerOptions<Native = unknown> {
  /** Sends the emails, e.g. `createMailer(…)`. */
  mailer: Pick<Mailer, 'send' | 'render' | 'verify'>;
  /** With it there are the routes of codes and links, e.g. `createVerification(…)`. */
  verification?: VerificationCalls | undefined;
  /**
   * Who may send: asked for `POST /messages` and `POST /test`, before the body is read. There is no default.
   *
   * @example `bearerToken(secret)`
   */
  authorize: (request: HttpRequest<Native>) => boolean | Promise<boolean>;
  /**
   * With it, `POST /messages` renders the email, puts it into the queue and answers 202. Close the queue yourself.
   *
   * @example `createMailQueue(…)` of `@postern/queue`
   */
  queue?: Pick<MailQueue, 'enqueue'> | undefined;
  /** Asked before a code or a link is made, e.g. to look for an account or to check a CAPTCHA. @default send to everyone */
  onStart?:
    | ((start: VerificationStart, request: HttpRequest<Native>) => StartDecision | Promise<StartDecision>)
    | undefined;
  /**
   * Told who was verified: this is where a session starts. The code or link is used up by then. If it throws, so does the
   * route; a `ProblemError` says with what.
   */
  onVerified?:
    | ((
        verified: VerifiedPerson,
        request: HttpRequest<Native>,
      ) => VerifiedAnswer | undefined | Promise<VerifiedAnswer | undefined> | Promise<void>)
    | undefined;
  /**
   * Answers first: the routes that send a code or a link answer as soon as it is stored, and this gets the promise of
   * the send, which never rejects. Keep the process alive until it resolves. Recommended with `'pretend'`: then neither
   * an answer nor its timing tells who has an account, also while emails fail.
   *
   * @example `(sending, { native }) => native.context.waitUntil(sending)`
   * @default these routes wait for the mail server, and tell the client when it fails
   */
  waitUntil?: ((sending: Promise<void>, request: HttpRequest<Native>) => void) | undefined;
  /**
   * The usage types that a code or a link may be asked for.
   * @default Register, SignIn, ForgotPassword, Generic, UserPermissionValidation, BindNewIdentifier, MfaVerification, BindMfa
   */
  verificationTypes?: readonly [string, ...string[]] | undefined;
  /**
   * What a person may ask for: codes, links or both. A method that is not listed has no routes. One that is listed must
   * work: links need `linkUrl` in `createVerification` and templates that show `{{link}}`.
   * @default both; `logger` is warned of one that can't work
   */
  verificationMethods?: readonly ['code' | 'link', ...('code' | 'link')[]] | undefined;
  /** The words on the pages of links, for a reader's language. @default English */
  linkTexts?: ((locale: string | undefined) => Partial<LinkTexts> | undefined) | undefined;
  /** The largest body in bytes. @default 65536 */
  bodyLimit?: number | undefined;
  /** How long an answer of `GET /health` is good for, in milliseconds. @default 30000 */
  healthIntervalMs?: number | undefined;
  /**
   * Gets `http.failed` for each answer from status 500 on, with its cause, and `http.refused` for the others from 400 on.
   * Levels: `error` for problems that you must fix, `warn` for limits and possible abuse, `info` and `debug` for mistakes of
   * a client.
   *
   * @default errors go to `console.error`, each kind once
   */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

/** Carried by a code in the one place, by a link in the other; an invitation can be neither. */
const VERIFICATION_TYPES = [
  'Register',
  'SignIn',
  'ForgotPassword',
  'Generic',
  'UserPermissionValidation',
  'BindNewIdentifier',
  'MfaVerification',
  'BindMfa',
] as const;

const METHODS = ['code', 'link'] as const;

type Options = MailHandlerOptions<unknown>;

export const mailHandlerOptionsSchema = z.strictObject({
  mailer: objectWithMethods<Options['mailer']>(
    'a mailer, such as createMailer(…)',
    'send',
    'render',
    'verify',
  ),
  verification: objectWithMethods<VerificationCalls>(
    'a verification, such as createVerification(…)',
    'start',
    'check',
    'peekLink',
    'consumeLink',
  ).optional(),
  authorize: functionSchema<Options['authorize']>(
    'must be a function that decides who may send, such as bearerToken(secret); there is no default',
  ),
  queue: objectWithMethods<Pick<MailQueue, 'enqueue'>>(
    'a queue with the method enqueue',
    'enqueue',
  ).optional(),
  onStart: functionSchema<NonNullable<Options['onStart']>>().optional(),
  onVerified: functionSchema<NonNullable<Options['onVerified']>>().optional(),
  waitUntil: functionSchema<NonNullable<Options['waitUntil']>>().optional(),
  verificationTypes: z
    .tuple([z.string().min(1)], z.string().min(1))
    .readonly()
    .default([...VERIFICATION_TYPES]),
  verificationMethods: z
    .tuple([z.enum(METHODS)], z.enum(METHODS))
    .readonly()
    .default([...METHODS]),
  linkTexts: functionSchema<NonNullable<Options['linkTexts']>>().optional(),
  bodyLimit: z.int().min(1024).max(10_485_760).default(65_536),
  healthIntervalMs: z.int().min(0).default(30_000),
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.default(() => systemClock),
});

export type ParsedOptions = z.output<typeof mailHandlerOptionsSchema>;

/** @throws {ConfigError} with every problem */
export function parseOptions<Native>(options: MailHandlerOptions<Native>): ParsedOptions {
  return readOptions(mailHandlerOptionsSchema, options, 'createMailHandler');
}
