import * as z from 'zod';
import { standardSignature } from './standard-webhook.js';
import { createWebhook, type Webhook } from './webhook.js';
import {
  type SignedSettings,
  type SignedWebhookOptions,
  signedWebhookOptionsSchema,
} from './webhook-options.js';
import type { WebhookEmail, WebhookSystem } from './webhook-system.js';

/**
 * The slugs of Clerk's email templates.
 *
 * @see https://clerk.com/docs/reference/backend-api/tag/Email-SMS-Templates
 */
const USAGE_TYPES = {
  verification_code: 'Generic',
  reset_password_code: 'ForgotPassword',
  magic_link_sign_in: 'SignIn',
  magic_link_sign_up: 'Register',
  magic_link_user_profile: 'BindNewIdentifier',
  invitation: 'OrganizationInvitation',
  organization_invitation: 'OrganizationInvitation',
  password_changed: 'PasswordChanged',
  password_removed: 'PasswordChanged',
  primary_email_address_changed: 'EmailChanged',
  passkey_added: 'RecoveryMethodChanged',
  passkey_removed: 'RecoveryMethodChanged',
} as const;

/** Clerk's names for its emails. */
export type ClerkEmailKind = keyof typeof USAGE_TYPES;

const text = z.string().nullish();

/**
 * `EmailJSON` in the types of `@clerk/backend`. `data` contains the variables of the template.
 *
 * @see https://github.com/clerk/javascript/blob/main/packages/backend/src/api/resources/JSON.ts
 * @see https://clerk.com/docs/guides/customizing-clerk/email-sms-templates
 */
const callSchema = z.looseObject({
  type: z.string(),
  data: z.looseObject({
    slug: text,
    to_email_address: text,
    delivered_by_clerk: z.boolean().nullish(),
    data: z.looseObject({ otp_code: text, magic_link: text, action_url: text }).nullish(),
  }),
});

/** The body of a call by Clerk. */
export type ClerkCall = z.output<typeof callSchema>;

/** Options of {@link createClerkWebhook}. */
export interface ClerkWebhookOptions extends SignedWebhookOptions<ClerkCall, ClerkEmailKind> {
  /** The signing secret of the endpoint, such as `whsec_…`. To rotate it, pass a list. */
  secret: string | readonly string[];
}

/**
 * Creates the endpoint for Clerk's event `email.created`. It verifies the signature of Svix, and sends the emails of templates
 * whose setting "Delivered by Clerk" is off. Other events succeed and send nothing.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 * @see https://clerk.com/docs/guides/development/webhooks/overview
 *
 * @example
 * ```ts
 * const webhook = createClerkWebhook({ mailer, secret: process.env.CLERK_WEBHOOK_SIGNING_SECRET });
 * app.post('/webhooks/clerk', (context) => webhook.fetch(context.req.raw));
 * ```
 */
export function createClerkWebhook(options: ClerkWebhookOptions): Webhook {
  return createWebhook(CLERK, options);
}

const CLERK: WebhookSystem<ClerkCall, SignedSettings<ClerkCall>> = {
  name: 'clerk',
  caller: 'createClerkWebhook',
  optionsSchema: signedWebhookOptionsSchema<ClerkCall>(),
  authenticate: (settings, caller) => standardSignature('svix', settings, caller),
  callSchema,
  usageTypes: USAGE_TYPES,
  emailsOf,
};

function emailsOf({ type, data: email }: ClerkCall): WebhookEmail[] {
  if (type !== 'email.created' || email.delivered_by_clerk !== false) return [];
  const { otp_code: code, magic_link, action_url } = email.data ?? {};
  const link = magic_link ?? action_url;
  const payload = { ...(code && { code }), ...(link && { link }) };
  return [{ kind: email.slug ?? '', to: email.to_email_address ?? '', payload }];
}
