import * as z from 'zod';
import type { WebhookEmail } from './webhook-system.js';

/**
 * `email_action_type` of a call. A change of address has one name for each recipient.
 *
 * @see https://github.com/supabase/auth/blob/master/internal/mailer/mailer.go
 */
export const SUPABASE_USAGE_TYPES = {
  signup: 'Register',
  invite: 'OrganizationInvitation',
  magiclink: 'SignIn',
  email: 'SignIn',
  recovery: 'ForgotPassword',
  reauthentication: 'UserPermissionValidation',
  email_change_current: 'ConfirmEmailChange',
  email_change_new: 'BindNewIdentifier',
  password_changed_notification: 'PasswordChanged',
  email_changed_notification: 'EmailChanged',
  phone_changed_notification: 'RecoveryMethodChanged',
  identity_linked_notification: 'RecoveryMethodChanged',
  identity_unlinked_notification: 'RecoveryMethodChanged',
  mfa_factor_enrolled_notification: 'MfaEnabled',
  mfa_factor_unenrolled_notification: 'MfaDisabled',
} as const;

/** Supabase's names for its emails. */
export type SupabaseEmailKind = keyof typeof SUPABASE_USAGE_TYPES;

const text = z.string().nullish();

/**
 * Fields that an email does not need are ignored if they are not valid.
 *
 * @see https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook
 */
export const supabaseCallSchema = z.looseObject({
  metadata: z
    .looseObject({
      uuid: z.string().min(1).max(100).optional().catch(undefined),
      time: z.iso.datetime({ offset: true }).optional().catch(undefined),
      ip_address: text.catch(undefined),
    })
    .nullish()
    .catch(undefined),
  user: z.looseObject({
    email: text,
    new_email: text,
    user_metadata: z.record(z.string(), z.unknown()).nullish().catch(undefined),
  }),
  email_data: z.looseObject({
    token: text,
    token_hash: text,
    token_new: text,
    token_hash_new: text,
    redirect_to: text,
    email_action_type: z.string(),
    site_url: text,
    old_email: text,
    provider: text.catch(undefined),
  }),
});

/** The body of a call by the Send Email Hook. */
export type SupabaseCall = z.output<typeof supabaseCallSchema>;

interface LinkSettings {
  readonly validityMs: number;
  readonly authUrl?: string | undefined;
}

/** The emails that a call asks for: two for a change of address. */
export function supabaseEmails(
  { metadata, user, email_data: data }: SupabaseCall,
  { validityMs, authUrl }: LinkSettings,
  now: number,
): WebhookEmail[] {
  const requestedAt = metadata?.time === undefined ? now : Date.parse(metadata.time);
  const { locale } = user.user_metadata ?? {};
  const email = (kind: string, to = '', payload: Readonly<Record<string, unknown>> = {}): WebhookEmail => ({
    ...{ kind, to, payload },
    locale: typeof locale === 'string' ? locale : undefined,
    ip: metadata?.ip_address ?? undefined,
    // The IP address often belongs to the server of the application, and an invitation to its sender.
    ...(kind !== 'invite' && { requestContext: { time: new Date(requestedAt) } }),
    ...((payload.code ?? payload.link) !== undefined && {
      expiresAt: new Date(requestedAt + validityMs),
    }),
  });
  const proof = (code: string | null | undefined, hash: string | null | undefined) => ({
    ...(code && { code }),
    ...(hash && data.email_action_type !== 'reauthentication' && { link: linkOf(data, hash, authUrl) }),
  });
  const { email_action_type: type, token, token_hash, token_new, token_hash_new } = data;
  const [current, next] = [user.email ?? '', user.new_email ?? ''];
  switch (type) {
    case 'email_change': {
      // For compatibility, Supabase keeps the hashes of the two addresses the wrong way around.
      if (!token_hash_new) return [email('email_change_new', next, proof(token || token_new, token_hash))];
      return [
        email('email_change_current', current, { ...proof(token, token_hash_new), newEmail: next }),
        email('email_change_new', next, proof(token_new, token_hash)),
      ];
    }
    case 'email_changed_notification': {
      const addresses = { previousEmail: data.old_email ?? undefined, newEmail: current };
      return [current, data.old_email].flatMap((to) => (to ? [email(type, to, addresses)] : []));
    }
    case 'identity_linked_notification':
    case 'identity_unlinked_notification':
      return [email(type, current, { method: data.provider ?? undefined })];
    default:
      return [email(type, current, type.endsWith('_notification') ? {} : proof(token, token_hash))];
  }
}

/** @see https://github.com/supabase/auth/blob/master/internal/mailer/templatemailer/templatemailer.go */
function linkOf(
  { site_url, email_action_type, redirect_to }: SupabaseCall['email_data'],
  hash: string,
  authUrl = '',
): string {
  const base = (authUrl || (site_url ?? '')).replace(/\/+$/, '');
  const path = authUrl || /^https?:\/\/[^/]+\/./.test(base) ? '/verify' : '/auth/v1/verify';
  const query = new URLSearchParams({ token: hash, type: email_action_type, redirect_to: redirect_to ?? '' });
  return `${base}${path}?${query}`;
}
