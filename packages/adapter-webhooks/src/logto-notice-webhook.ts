import * as z from 'zod';
import { logtoSignature } from './logto-signature.js';
import { requireRecent } from './unauthorized.js';
import { createWebhook, type Webhook } from './webhook.js';
import {
  type SignedSettings,
  type SignedWebhookOptions,
  signedWebhookOptionsSchema,
} from './webhook-options.js';
import type { WebhookEmail, WebhookSystem } from './webhook-system.js';

/**
 * The events with a user. If the route of the Management API shows what changed, the route is the name of the event.
 *
 * @see https://github.com/logto-io/logto/blob/master/packages/schemas/src/foundations/jsonb-types/hooks.ts
 */
const USAGE_TYPES = {
  PostResetPassword: 'PasswordChanged',
  'PATCH /users/:userId/password': 'PasswordChanged',
  'User.Deleted': 'AccountDeleted',
  // Logto sends this event for every sign-in, and does not report whether the device is new.
  PostSignIn: false,
  // Logto does not report what changed, and also sends this event for new names and pictures.
  'User.Data.Updated': false,
} as const;

/** Logto's events that can send a notice. */
export type LogtoNoticeKind = keyof typeof USAGE_TYPES;

const text = z.string().nullish();

/** @see https://github.com/logto-io/logto/blob/master/packages/schemas/src/types/user.ts `userInfoSelectFields` */
const userSchema = z.looseObject({
  id: z.string(),
  primaryEmail: text,
  /** The standard claims of OpenID Connect. */
  profile: z.looseObject({ locale: text, zoneinfo: text }).nullish().catch(undefined),
});

/** @see https://docs.logto.io/developers/webhooks/webhooks-request */
const eventSchema = z.looseObject({
  event: z.string(),
  createdAt: z.iso.datetime(),
  userAgent: text.catch(undefined),
  /** The user of an interaction, such as a sign-in. */
  user: userSchema.nullish().catch(undefined),
  userIp: text.catch(undefined),
  /** The changed or deleted user. Other events have other data. */
  data: userSchema.nullish().catch(undefined),
  ip: text.catch(undefined),
  /** The route of the Management API, if it caused the event. */
  matchedRoute: text,
  method: text,
});

/** The body of a call by a webhook of Logto. */
export type LogtoEvent = z.output<typeof eventSchema>;

/** Options of {@link createLogtoNoticeWebhook}. */
export interface LogtoNoticeWebhookOptions
  extends Omit<SignedWebhookOptions<LogtoEvent, LogtoNoticeKind>, 'linkGuard' | 'browser'> {
  /** The signing key of the webhook in Logto's console. To rotate it, pass a list. */
  secret: string | readonly string[];
}

/**
 * Creates the endpoint for a Logto webhook that sends security notices. It verifies the `logto-signature-sha-256` header and
 * checks that the event was created within `toleranceMs`. For other events, the console's test events, and users without an
 * email address, the endpoint returns success and sends nothing.
 *
 * | Event | Notice |
 * | --- | --- |
 * | `PostResetPassword` | `PasswordChanged` |
 * | `User.Data.Updated` by `PATCH /users/:userId/password` of the Management API | `PasswordChanged` |
 * | `User.Deleted` | `AccountDeleted` |
 * | `PostSignIn` | None, unless you set `types: { PostSignIn: 'NewSignIn' }` |
 *
 * Logto does not report what a user changed with the Account API or in the account center, and never reports the previous
 * address. The endpoint therefore sends no notices about those passwords, about addresses, or about multi-factor authentication.
 *
 * The notice shows the time and, if the user made the change, the browser. The time zone and the language come from the user's
 * `profile.zoneinfo` and `profile.locale`. With `TRUST_PROXY_HEADER`, clients can forge the IP address that Logto reports, so
 * the notice does not show it.
 *
 * Logto waits for 10 seconds. It does not repeat the call after a failure, so pass a `queue`.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 * @see https://github.com/logto-io/logto/blob/master/packages/core/src/libraries/hook/index.ts
 * @see https://github.com/logto-io/logto/blob/master/packages/core/src/libraries/hook/utils.ts
 *
 * @example
 * ```ts
 * const webhook = createLogtoNoticeWebhook({ mailer, queue, secret: process.env.LOGTO_SIGNING_KEY });
 * app.post('/webhooks/logto-notices', (context) => webhook.fetch(context.req.raw));
 * ```
 */
export function createLogtoNoticeWebhook(options: LogtoNoticeWebhookOptions): Webhook {
  return createWebhook(LOGTO_NOTICES, options);
}

const LOGTO_NOTICES: WebhookSystem<LogtoEvent, SignedSettings<LogtoEvent>> = {
  name: 'logto-notices',
  caller: 'createLogtoNoticeWebhook',
  optionsSchema: signedWebhookOptionsSchema<LogtoEvent>(),
  authenticate: logtoSignature,
  callSchema: eventSchema,
  usageTypes: USAGE_TYPES,
  emailsOf,
};

/** The console sends test events about this user, whose address belongs to a stranger. */
const TEST_USER = 'fake-id';

/** The path of the route distinguishes a new password from other changes. */
const kindOf = ({ event, method, matchedRoute }: LogtoEvent): string =>
  event === 'User.Data.Updated' && matchedRoute === '/users/:userId/password'
    ? `${method} ${matchedRoute}`
    : event;

function emailsOf(
  call: LogtoEvent,
  { toleranceMs, clock }: SignedSettings<LogtoEvent>,
): readonly WebhookEmail[] {
  const time = new Date(call.createdAt);
  // The signature covers the time in the body, so this time limits replays.
  requireRecent(String(Math.floor(time.getTime() / 1000)), toleranceMs, clock);
  const kind = kindOf(call);
  const { id, primaryEmail: to, profile } = call.user ?? call.data ?? {};
  if (!Object.hasOwn(USAGE_TYPES, kind) || !to || id === TEST_USER) return [];
  // A call of the Management API comes from a server or an administrator.
  const isOwn = !call.matchedRoute;
  return [
    {
      ...{ kind, to, payload: {}, locale: profile?.locale || undefined },
      ip: (isOwn && (call.userIp ?? call.ip)) || undefined,
      requestContext: {
        userAgent: (isOwn && call.userAgent) || undefined,
        time,
        timeZone: profile?.zoneinfo || undefined,
      },
    },
  ];
}
