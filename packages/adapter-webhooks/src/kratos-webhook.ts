import * as z from 'zod';
import { bearerSecret } from './bearer-secret.js';
import { createWebhook, type Webhook } from './webhook.js';
import { type Settings, type WebhookOptions, webhookOptionsSchema } from './webhook-options.js';
import type { WebhookEmail, WebhookSystem } from './webhook-system.js';

/**
 * The template types of Kratos. The invalid ones go to addresses without an account, if the Kratos setting
 * `notify_unknown_recipients` is on.
 *
 * @see https://github.com/ory/kratos/blob/master/courier/template/type.go
 */
const USAGE_TYPES = {
  login_code_valid: 'SignIn',
  registration_code_valid: 'Register',
  recovery_code_valid: 'ForgotPassword',
  recovery_valid: 'ForgotPassword',
  verification_code_valid: 'BindNewIdentifier',
  verification_valid: 'BindNewIdentifier',
  verifiable_address_changed: 'RecoveryMethodChanged',
  authenticator_key_added: 'RecoveryMethodChanged',
  recovery_code_invalid: false,
  recovery_invalid: false,
  verification_code_invalid: false,
  verification_invalid: false,
} as const;

/** Kratos's names for its emails. */
export type KratosEmailKind = keyof typeof USAGE_TYPES;

const text = z.string().nullish();

/**
 * The Jsonnet body of the guide. It contains the fields of Kratos without changes. Fields that an email does not need are
 * ignored if they are not valid.
 *
 * @see https://github.com/ory/kratos/blob/master/courier/http_channel.go
 */
const callSchema = z.looseObject({
  recipient: z.string(),
  template_type: z.string(),
  template_data: z.looseObject({
    login_code: text,
    registration_code: text,
    recovery_code: text,
    verification_code: text,
    recovery_url: text,
    verification_url: text,
    expires_in_minutes: z.number().nullish(),
    changed_at: text.catch(undefined),
    added_at: text.catch(undefined),
    /** From the form that requested the email. https://github.com/ory/kratos/blob/master/selfservice/strategy/link/sender.go */
    transient_payload: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  }),
  request_headers: z.record(z.string(), z.array(z.string())).nullish().catch(undefined),
});

/** The body of a call by Kratos. */
export type KratosCall = z.output<typeof callSchema>;

/** Options of {@link createKratosWebhook}. */
export interface KratosWebhookOptions extends WebhookOptions<KratosCall, KratosEmailKind> {
  /** Kratos sends it as `Authorization: Bearer`, with the auth type `api_key`. At least 16 characters. */
  secret: string | readonly string[];
}

/**
 * Creates the endpoint for the HTTP delivery of Ory Kratos. Kratos does not sign its calls, so it sends a secret.
 *
 * After any failure, Kratos repeats the call up to `message_retries` times. A repeated call sends no other email if the first
 * one was sent.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 * @see https://www.ory.com/docs/kratos/emails-sms/sending-emails-smtp
 *
 * @example
 * ```ts
 * const webhook = createKratosWebhook({ mailer, secret: process.env.KRATOS_SECRET });
 * app.post('/webhooks/kratos', (context) => webhook.fetch(context.req.raw));
 * ```
 */
export function createKratosWebhook(options: KratosWebhookOptions): Webhook {
  return createWebhook(KRATOS, options);
}

const KRATOS: WebhookSystem<KratosCall, Settings<KratosCall>> = {
  name: 'kratos',
  caller: 'createKratosWebhook',
  optionsSchema: webhookOptionsSchema<KratosCall>(),
  authenticate: bearerSecret,
  callSchema,
  usageTypes: USAGE_TYPES,
  emailsOf: (call, _settings, now) => [emailOf(call, now)],
};

function emailOf(
  { recipient, template_type, template_data: data, request_headers }: KratosCall,
  now: number,
): WebhookEmail {
  const code = data.login_code ?? data.registration_code ?? data.recovery_code ?? data.verification_code;
  const link = data.recovery_url ?? data.verification_url;
  const header = (name: string) => request_headers?.[name]?.join(', ');
  const minutes = data.expires_in_minutes ?? 0;
  const happenedAt = Date.parse(data.changed_at ?? data.added_at ?? '');
  return {
    ...{ kind: template_type, to: recipient },
    payload: { ...(code && { code }), ...(link && { link }) },
    locale: header('Accept-Language'),
    ...(minutes > 0 && { expiresAt: new Date(now + minutes * 60_000) }),
    // For the log only. Without a proxy that sets this header, any client can write it, so the email does not show it.
    ip: header('True-Client-Ip'),
    requestContext: {
      userAgent: header('User-Agent'),
      time: new Date(Number.isNaN(happenedAt) ? now : happenedAt),
    },
  };
}
