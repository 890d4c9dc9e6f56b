import {
  type AcceptedLocales,
  type Clock,
  clockSchema,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  type Mailer,
  type MailQueue,
  mailerSchema,
  type PayloadValue,
  queueSchema,
  systemClock,
} from '@postern/core';
import { type HttpRequest, type LinkProtector, linkProtectorSchema } from '@postern/http';
import * as z from 'zod';

/** Options of all webhooks. `Call` is the body of a call, and `Kind` is the system's name for a kind of email. */
export interface WebhookOptions<Call, Kind extends string> {
  /** Sends the emails, such as `createMailer(…)`. */
  mailer: Pick<Mailer, 'send' | 'render' | 'deliver'>;
  /**
   * The secret that the system sends or signs with. To rotate it, pass a list. Each secret in the list is accepted.
   */
  secret: string | readonly string[];
  /**
   * Puts the emails in a queue, and responds when they are stored. All processes that share the queue together send one email
   * for each call.
   *
   * @example `createMailQueue(…)` from `@postern/queue`
   */
  queue?: Pick<MailQueue, 'enqueue'> | undefined;
  /**
   * Makes the webhook respond as soon as the email is rendered. It receives a promise that never rejects. Keep the process
   * alive until the promise resolves, or the email is lost.
   *
   * @default the webhook waits for the mail server, and reports failures to the system
   */
  waitUntil?: ((sending: Promise<void>, request: HttpRequest) => void) | undefined;
  /**
   * Protects links from mail scanners, such as `createLinkGuard(…)`. If a call does not contain the lifetime of the link, the
   * protected link is valid for 7 days.
   *
   * @default links are not protected
   */
  linkGuard?: LinkProtector | undefined;
  /**
   * Returns the encrypted browser ID from `guard.bindBrowser` that the call contains. The link then works only in that browser.
   * If the result is `null` or `undefined`, the link is not bound to a browser. Requires `linkGuard`.
   *
   * @default links are not bound to a browser
   * @example `({ email_data }) => URL.parse(email_data.redirect_to ?? '')?.searchParams.get('browser')` for Supabase
   */
  browser?: ((call: Call) => string | null | undefined) | undefined;
  /** Maps the system's emails to your own usage types, or to `false` to turn them off. */
  types?: Partial<Record<Kind, string | false>> | undefined;
  /** Returns the reader's language. @default the language in the call, if it contains one */
  locale?: ((call: Call) => AcceptedLocales | undefined) | undefined;
  /** Returns additional template variables, such as the user's name. They override the variables of the webhook. */
  payload?: ((call: Call) => Readonly<Record<string, PayloadValue>>) | undefined;
  /** Maximum size of a body in bytes. @default 262144 */
  bodyLimit?: number | undefined;
  /** Receives `http.failed`, `http.refused`, and `http.send_failed`. @default errors go to `console.error`, each kind once */
  logger?: Logger | undefined;
  /** @default the system clock */
  clock?: Clock | undefined;
}

/** Options of webhooks whose calls are signed. */
export interface SignedWebhookOptions<Call, Kind extends string> extends WebhookOptions<Call, Kind> {
  /** Maximum difference between the signature's timestamp and the clock, in milliseconds. @default 300000 */
  toleranceMs?: number | undefined;
}

const secretSchema = z.string().min(1);

export const webhookOptionsSchema = <Call>() =>
  z
    .strictObject({
      mailer: mailerSchema<WebhookOptions<Call, string>['mailer']>('send', 'render', 'deliver'),
      secret: z.union([
        secretSchema.transform((secret) => [secret]),
        z.array(secretSchema).min(1).readonly(),
      ]),
      queue: queueSchema.optional(),
      waitUntil: functionSchema<NonNullable<WebhookOptions<Call, string>['waitUntil']>>().optional(),
      linkGuard: linkProtectorSchema.optional(),
      browser: functionSchema<NonNullable<WebhookOptions<Call, string>['browser']>>().optional(),
      types: z.record(z.string(), z.union([z.string().min(1), z.literal(false)]).optional()).default({}),
      locale: functionSchema<NonNullable<WebhookOptions<Call, string>['locale']>>().optional(),
      payload: functionSchema<NonNullable<WebhookOptions<Call, string>['payload']>>().optional(),
      bodyLimit: z.int().min(1024).max(10_485_760).default(262_144),
      logger: loggerSchema.default(createOperatorLogger),
      clock: clockSchema.default(() => systemClock),
    })
    .refine(({ browser, linkGuard }) => !browser || linkGuard, {
      path: ['linkGuard'],
      message: 'is required with browser',
    });

export const signedWebhookOptionsSchema = <Call>() =>
  webhookOptionsSchema<Call>().safeExtend({
    toleranceMs: z.int().min(1000).max(86_400_000).default(300_000),
  });

/** The options of a webhook, with defaults. */
export type Settings<Call> = z.output<ReturnType<typeof webhookOptionsSchema<Call>>>;

/** The options of a webhook whose calls are signed, with defaults. */
export type SignedSettings<Call> = z.output<ReturnType<typeof signedWebhookOptionsSchema<Call>>>;
