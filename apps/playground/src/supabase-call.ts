import { randomBytes, randomUUID } from 'node:crypto';
import { MailError, parseRecipient } from '@postern/core';
import { Webhook } from 'standardwebhooks';

/** The `email_action_type` of each email that Supabase sends. */
const ACTIONS: Readonly<Record<string, string>> = {
  Register: 'signup',
  SignIn: 'magiclink',
  ForgotPassword: 'recovery',
  OrganizationInvitation: 'invite',
  UserPermissionValidation: 'reauthentication',
  BindNewIdentifier: 'email_change',
  ConfirmEmailChange: 'email_change',
  PasswordChanged: 'password_changed_notification',
  EmailChanged: 'email_changed_notification',
  RecoveryMethodChanged: 'identity_linked_notification',
  MfaEnabled: 'mfa_factor_enrolled_notification',
  MfaDisabled: 'mfa_factor_unenrolled_notification',
};

/** An email that Supabase asks for. */
export interface SupabaseEmail {
  readonly to: string;
  readonly type: string;
  readonly locale?: string;
  readonly payload?: Readonly<Record<string, unknown>> | undefined;
}

/** A request of Supabase's Send Email Hook. */
export interface SupabaseRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The idempotency key of the email to `to`. Changes of an address also notify another address. */
  readonly key: string;
}

/**
 * Creates a signed request like Supabase. An empty code or link stays empty, although Supabase always sends both.
 *
 * @param secret `v1,whsec_…`
 * @throws {MailError} `recipient_invalid`, or `payload_invalid` if Supabase does not send such emails
 * @see https://supabase.com/docs/guides/auth/auth-hooks/send-email-hook
 */
export function supabaseCall(
  { to: address, type, locale, payload = {} }: SupabaseEmail,
  secret: string,
): SupabaseRequest {
  const to = parseRecipient(address);
  const action = Object.hasOwn(ACTIONS, type) ? ACTIONS[type] : undefined;
  if (action === undefined)
    throw new MailError('payload_invalid', `Supabase does not send ${type} emails.`, {
      stage: 'payload',
      hint: `Select one of these usage types: ${Object.keys(ACTIONS).join(', ')}.`,
    });
  const text = (name: string) => String(payload[name] ?? '');
  const newHash = () => randomBytes(28).toString('hex');
  const token = text('code');
  const token_hash = text('link') && newHash();
  const isConfirmation = type === 'ConfirmEmailChange';
  const isNotification = type === 'EmailChanged';
  const uuid = randomUUID();
  const now = new Date();
  const body = JSON.stringify({
    metadata: { uuid, time: now.toISOString(), name: 'send-email', ip_address: '203.0.113.7' },
    user: {
      id: randomUUID(),
      ...{ aud: 'authenticated', role: 'authenticated' },
      email: isNotification ? text('newEmail') : to,
      ...(action === 'email_change' && { new_email: isConfirmation ? text('newEmail') : to }),
      user_metadata: { ...(locale && { locale }) },
    },
    email_data: {
      ...{ token, token_hash, email_action_type: action },
      site_url: 'https://project.supabase.co',
      redirect_to: text('link'),
      ...{ token_new: isConfirmation ? token : '', token_hash_new: isConfirmation ? newHash() : '' },
      old_email: isNotification ? to : '',
      provider: text('method'),
    },
  });
  const id = `msg_${randomUUID()}`;
  return {
    body,
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret.replace('v1,', '')).sign(id, now, body),
    },
    key: `supabase:${uuid}:${isNotification ? 1 : 0}`,
  };
}
