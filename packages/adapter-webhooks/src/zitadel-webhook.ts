import { isNotice } from '@postern/core';
import * as z from 'zod';
import { createWebhook, type Webhook } from './webhook.js';
import {
  type SignedSettings,
  type SignedWebhookOptions,
  signedWebhookOptionsSchema,
} from './webhook-options.js';
import type { WebhookEmail, WebhookSystem } from './webhook-system.js';
import { zitadelSignature } from './zitadel-signature.js';

/**
 * The events that make Zitadel send an email.
 *
 * @see https://github.com/zitadel/zitadel/blob/main/internal/notification/handlers/user_notifier.go
 */
const USAGE_TYPES = {
  'user.human.initialization.code.added': 'Register',
  'user.human.email.code.added': 'BindNewIdentifier',
  'user.human.password.code.added': 'ForgotPassword',
  'user.human.password.changed': 'PasswordChanged',
  'user.human.mfa.otp.email.code.added': 'MfaVerification',
  'session.otp.email.challenged': 'MfaVerification',
  'user.human.passwordless.initialization.code.requested': 'BindMfa',
  'user.human.invite.code.added': 'OrganizationInvitation',
  // The events of the first API.
  'user.initialization.code.added': 'Register',
  'user.email.code.added': 'BindNewIdentifier',
  'user.password.code.added': 'ForgotPassword',
  // An organization has verified the domain of the user name.
  'user.domain.claimed': false,
} as const;

/** The events of Zitadel that send an email. */
export type ZitadelEmailKind = keyof typeof USAGE_TYPES;

/** @see https://zitadel.com/docs/guides/manage/customize/notification-providers */
const callSchema = z.looseObject({
  contextInfo: z.looseObject({ eventType: z.string(), recipientEmailAddress: z.string() }),
  templateData: z.looseObject({ url: z.string().nullish() }),
  args: z
    .looseObject({
      code: z.string().nullish(),
      /** A duration of Go: nanoseconds. Only for one-time codes. */
      expiry: z.number().nullish(),
    })
    .nullish(),
});

/** The body of a call by Zitadel. */
export type ZitadelCall = z.output<typeof callSchema>;

/** Options of {@link createZitadelWebhook}. */
export interface ZitadelWebhookOptions extends SignedWebhookOptions<ZitadelCall, ZitadelEmailKind> {
  /** The `signingKey` that Zitadel returns when you add the provider. To rotate it, pass a list. */
  secret: string | readonly string[];
}

/**
 * Creates the endpoint for Zitadel's HTTP email provider. It verifies the header `ZITADEL-Signature`.
 *
 * Zitadel waits for 5 seconds, and repeats a call after any failure. A repeated call sends no other email if the first one was
 * sent. Calls do not contain the reader's language, so set the `locale` option if you know it.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 * @see https://github.com/zitadel/zitadel/blob/main/internal/notification/channels/webhook/channel.go
 *
 * @example
 * ```ts
 * const webhook = createZitadelWebhook({ mailer, secret: process.env.ZITADEL_SIGNING_KEY });
 * app.post('/webhooks/zitadel', (context) => webhook.fetch(context.req.raw));
 * ```
 */
export function createZitadelWebhook(options: ZitadelWebhookOptions): Webhook {
  return createWebhook(ZITADEL, options);
}

const ZITADEL: WebhookSystem<ZitadelCall, SignedSettings<ZitadelCall>> = {
  name: 'zitadel',
  caller: 'createZitadelWebhook',
  optionsSchema: signedWebhookOptionsSchema<ZitadelCall>(),
  authenticate: zitadelSignature,
  callSchema,
  usageTypes: USAGE_TYPES,
  emailsOf: (call, _settings, now) => [emailOf(call, now)],
};

/** The events whose emails are notices, which never contain a code. */
const NOTICES: readonly string[] = Object.entries(USAGE_TYPES).flatMap(([event, type]) =>
  type !== false && isNotice(type) ? [event] : [],
);

function emailOf({ contextInfo, templateData: { url }, args }: ZitadelCall, now: number): WebhookEmail {
  const { eventType, recipientEmailAddress } = contextInfo;
  const { code, expiry } = args ?? {};
  const tellsOfChange = NOTICES.includes(eventType);
  return {
    ...{ kind: eventType, to: recipientEmailAddress },
    payload: { ...(code && !tellsOfChange && { code }), ...(url && { link: url }) },
    ...(expiry && { expiresAt: new Date(now + expiry / 1_000_000) }),
    ...(tellsOfChange && { requestContext: { time: new Date(now) } }),
  };
}
