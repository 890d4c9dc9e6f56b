import type { Email } from '@postern/core';
import { describe, expect, test } from 'vitest';
import {
  AUTH_SYSTEMS,
  type AuthSystem,
  clerkCall,
  kratosCall,
  supabaseCall,
  zitadelCall,
} from '../fixtures/auth-systems.js';
import { openWorld } from '../fixtures/webhook-world.js';
import { createSupabaseWebhook } from './index.js';

const HASH = 'pkce_7d5b7b1964cf5d388340a7f04f1dbb5eeb6c7b52ef8270e1737a58d0';
const linkTo = (type: string, token = HASH, base = 'https://project.supabase.co/auth/v1') =>
  `${base}/verify?token=${token}&type=${type}&redirect_to=https%3A%2F%2Fapp.example.com%2Fwelcome%3Fa%3D1%26b%3D2`;

/** What an email shows, as `TYPE to ADDRESS: CODE|LINK|NEW ADDRESS|PREVIOUS ADDRESS|METHOD|VALIDITY`. */
const shown = ({ type, to, text }: Email) => `${type} to ${to}: ${text.trim()}`;

const systemOf = (name: AuthSystem['name']): AuthSystem => {
  const system = AUTH_SYSTEMS.find((each) => each.name === name);
  return system ?? expect.unreachable();
};

async function emailsOf(name: AuthSystem['name'], call: object) {
  const { post, transport } = openWorld(systemOf(name));
  expect((await post(call)).status).toBe(204);
  return transport.emails;
}

const notice = (email_action_type: string, data: object = {}) =>
  supabaseCall({ token: '', token_hash: '', email_action_type, ...data });
const change = (data: object, user: object = {}) =>
  supabaseCall({ email_action_type: 'email_change', ...data }, { new_email: 'ada@example.org', ...user });
const cancel = (type: string) => `${type} to ada@example.com: |||||`;

test.each<[string, object, string[]]>([
  [
    'signup',
    supabaseCall({ email_action_type: 'signup' }),
    [`Register to ada@example.com: 305805|${linkTo('signup')}||||60 minutes`],
  ],
  [
    'invite',
    supabaseCall({ email_action_type: 'invite' }),
    [`OrganizationInvitation to ada@example.com: 305805|${linkTo('invite')}||||60 minutes`],
  ],
  ['magiclink', supabaseCall(), [`SignIn to ada@example.com: 305805|${linkTo('magiclink')}||||60 minutes`]],
  [
    'recovery',
    supabaseCall({ email_action_type: 'recovery' }),
    [`ForgotPassword to ada@example.com: 305805|${linkTo('recovery')}||||60 minutes`],
  ],
  [
    'reauthentication',
    supabaseCall({ email_action_type: 'reauthentication' }),
    ['UserPermissionValidation to ada@example.com: 305805|||||60 minutes'],
  ],
  [
    'email_change to both addresses, whose hashes are swapped',
    change({
      token: '111111',
      token_hash: 'hash-of-new',
      token_new: '222222',
      token_hash_new: 'hash-of-current',
    }),
    [
      `ConfirmEmailChange to ada@example.com: 111111|${linkTo('email_change', 'hash-of-current')}|ada@example.org|||60 minutes`,
      `BindNewIdentifier to ada@example.org: 222222|${linkTo('email_change', 'hash-of-new')}||||60 minutes`,
    ],
  ],
  [
    'email_change to the new address only',
    change({ token: '222222', token_hash: 'hash-of-new' }),
    [`BindNewIdentifier to ada@example.org: 222222|${linkTo('email_change', 'hash-of-new')}||||60 minutes`],
  ],
  [
    'email_change of an account without an address',
    change({ token: '', token_hash: 'hash-of-new', token_new: '222222' }, { email: '' }),
    [`BindNewIdentifier to ada@example.org: 222222|${linkTo('email_change', 'hash-of-new')}||||60 minutes`],
  ],
  ['password_changed_notification', notice('password_changed_notification'), [cancel('PasswordChanged')]],
  [
    'email_changed_notification to both addresses',
    notice('email_changed_notification', { old_email: 'ada@example.net' }),
    ['com', 'net'].map((end) => `EmailChanged to ada@example.${end}: ||ada@example.com|ada@example.net||`),
  ],
  [
    'phone_changed_notification',
    notice('phone_changed_notification', { old_phone: '+4930123456' }),
    [cancel('RecoveryMethodChanged')],
  ],
  [
    'identity_linked_notification',
    notice('identity_linked_notification', { provider: 'google' }),
    ['RecoveryMethodChanged to ada@example.com: ||||google|'],
  ],
  [
    'identity_unlinked_notification',
    notice('identity_unlinked_notification', { provider: 'google' }),
    ['RecoveryMethodChanged to ada@example.com: ||||google|'],
  ],
  [
    'mfa_factor_enrolled_notification',
    notice('mfa_factor_enrolled_notification', { factor_type: 'totp' }),
    [cancel('MfaEnabled')],
  ],
  [
    'mfa_factor_unenrolled_notification',
    notice('mfa_factor_unenrolled_notification', { factor_type: 'totp' }),
    [cancel('MfaDisabled')],
  ],
])('Supabase: %s', async (_name, call, expected) => {
  expect((await emailsOf('supabase', call)).map(shown)).toEqual(expected);
});

test.each([
  ['https://project.supabase.co/auth/v1', undefined, 'https://project.supabase.co/auth/v1'],
  ['http://127.0.0.1:54321/', undefined, 'http://127.0.0.1:54321/auth/v1'],
  ['https://auth.example.com', 'https://auth.example.com', 'https://auth.example.com'],
])('Supabase: the site URL %s', async (site_url, authUrl, base) => {
  const { clock, mailer, transport } = openWorld(systemOf('supabase'));
  const { secret, authenticate } = systemOf('supabase');
  const webhook = createSupabaseWebhook({
    mailer,
    clock: { now: () => clock.time },
    secret,
    authUrl,
    validityMs: 600_000,
  });
  const body = JSON.stringify(supabaseCall({ site_url }));
  const headers = { 'Content-Type': 'application/json', ...authenticate(body, { secret, now: clock.time }) };
  await webhook.fetch(new Request('https://app.example.com', { method: 'POST', body, headers }));
  expect(transport.emails.map(shown)).toEqual([
    `SignIn to ada@example.com: 305805|${linkTo('magiclink', HASH, base)}||||10 minutes`,
  ]);
});

const expiring = (data: object) => ({ ...data, expires_in_minutes: 15 });
const RESET = 'https://auth.example.com/self-service/recovery?token=abc';
const VERIFY = 'https://auth.example.com/self-service/verification?code=305805&flow=abc';

test.each<[string, object, string | undefined]>([
  [
    'login_code_valid',
    expiring({ login_code: '305805' }),
    'SignIn to ada@example.com: 305805|||||15 Minuten',
  ],
  [
    'registration_code_valid',
    expiring({ registration_code: '305805' }),
    'Register to ada@example.com: 305805|||||15 Minuten',
  ],
  [
    'recovery_code_valid',
    expiring({ recovery_code: '305805' }),
    'ForgotPassword to ada@example.com: 305805|||||15 Minuten',
  ],
  [
    'recovery_valid',
    expiring({ recovery_url: RESET }),
    `ForgotPassword to ada@example.com: |${RESET}||||15 Minuten`,
  ],
  [
    'verification_code_valid',
    expiring({ verification_code: '305805', verification_url: VERIFY }),
    `BindNewIdentifier to ada@example.com: 305805|${VERIFY}||||15 Minuten`,
  ],
  [
    'verification_valid',
    expiring({ verification_url: VERIFY }),
    `BindNewIdentifier to ada@example.com: |${VERIFY}||||15 Minuten`,
  ],
  ['verifiable_address_changed', { changed_at: '2026-11-28T12:00:00Z' }, cancel('RecoveryMethodChanged')],
  ['authenticator_key_added', { added_at: '2026-11-28T12:00:00Z' }, cancel('RecoveryMethodChanged')],
  ['recovery_code_invalid', {}, undefined],
  ['recovery_invalid', {}, undefined],
  ['verification_code_invalid', {}, undefined],
  ['verification_invalid', {}, undefined],
])('Kratos: %s', async (type, data, expected) => {
  expect((await emailsOf('kratos', kratosCall(type, data))).map(shown)).toEqual(expected ? [expected] : []);
});

const URL_OF_ZITADEL = 'https://id.example.com/ui/login?code=305805';
const coded = { code: '305805', expiry: 0 };

test.each<[string, object, string | undefined]>([
  [
    'user.human.initialization.code.added',
    coded,
    `Register to ada@example.com: 305805|${URL_OF_ZITADEL}||||`,
  ],
  [
    'user.human.email.code.added',
    coded,
    `BindNewIdentifier to ada@example.com: 305805|${URL_OF_ZITADEL}||||`,
  ],
  [
    'user.human.password.code.added',
    coded,
    `ForgotPassword to ada@example.com: 305805|${URL_OF_ZITADEL}||||`,
  ],
  [
    'user.human.mfa.otp.email.code.added',
    { code: '305805', oTP: '305805', expiry: 300_000_000_000 },
    `MfaVerification to ada@example.com: 305805|${URL_OF_ZITADEL}||||5 minutes`,
  ],
  [
    'session.otp.email.challenged',
    { code: '305805', expiry: 300_000_000_000 },
    `MfaVerification to ada@example.com: 305805|${URL_OF_ZITADEL}||||5 minutes`,
  ],
  [
    'user.human.passwordless.initialization.code.requested',
    coded,
    `BindMfa to ada@example.com: 305805|${URL_OF_ZITADEL}||||`,
  ],
  [
    'user.human.invite.code.added',
    { ...coded, applicationName: 'Acme' },
    `OrganizationInvitation to ada@example.com: 305805|${URL_OF_ZITADEL}||||`,
  ],
  ['user.initialization.code.added', coded, `Register to ada@example.com: 305805|${URL_OF_ZITADEL}||||`],
  ['user.email.code.added', coded, `BindNewIdentifier to ada@example.com: 305805|${URL_OF_ZITADEL}||||`],
  ['user.password.code.added', coded, `ForgotPassword to ada@example.com: 305805|${URL_OF_ZITADEL}||||`],
  ['user.human.password.changed', { code: '' }, `PasswordChanged to ada@example.com: |${URL_OF_ZITADEL}||||`],
  ['user.domain.claimed', {}, undefined],
])('Zitadel: %s', async (type, args, expected) => {
  const call = zitadelCall(type, URL_OF_ZITADEL, args);
  expect((await emailsOf('zitadel', call)).map(shown)).toEqual(expected ? [expected] : []);
});

const LINK_OF_CLERK = 'https://accounts.example.com/v1/verify?token=abc';

test.each<[string, object, string]>([
  ['verification_code', { otp_code: '305805' }, 'Generic to ada@example.com: 305805|||||'],
  ['reset_password_code', { otp_code: '305805' }, 'ForgotPassword to ada@example.com: 305805|||||'],
  ['magic_link_sign_in', { magic_link: LINK_OF_CLERK }, `SignIn to ada@example.com: |${LINK_OF_CLERK}||||`],
  ['magic_link_sign_up', { magic_link: LINK_OF_CLERK }, `Register to ada@example.com: |${LINK_OF_CLERK}||||`],
  [
    'magic_link_user_profile',
    { magic_link: LINK_OF_CLERK },
    `BindNewIdentifier to ada@example.com: |${LINK_OF_CLERK}||||`,
  ],
  [
    'invitation',
    { action_url: LINK_OF_CLERK },
    `OrganizationInvitation to ada@example.com: |${LINK_OF_CLERK}||||`,
  ],
  [
    'organization_invitation',
    { action_url: LINK_OF_CLERK },
    `OrganizationInvitation to ada@example.com: |${LINK_OF_CLERK}||||`,
  ],
  ['password_changed', {}, cancel('PasswordChanged')],
  ['password_removed', {}, cancel('PasswordChanged')],
  ['primary_email_address_changed', {}, cancel('EmailChanged')],
  ['passkey_added', {}, cancel('RecoveryMethodChanged')],
  ['passkey_removed', {}, cancel('RecoveryMethodChanged')],
])('Clerk: %s', async (slug, data, expected) => {
  expect((await emailsOf('clerk', clerkCall({ slug, data }))).map(shown)).toEqual([expected]);
});

test.each([
  ['another event', { ...clerkCall({}), type: 'user.created', data: { id: 'user_2Nq1' } }],
  ['a template that Clerk delivers', clerkCall({ delivered_by_clerk: true })],
])('Clerk: %s sends nothing', async (_name, call) => {
  expect(await emailsOf('clerk', call)).toEqual([]);
});

describe('Logto', () => {
  test('passes types and variables on, in the language of the payload', async () => {
    const [email] = await emailsOf('logto', systemOf('logto').call());
    expect(email).toMatchObject({ type: 'SignIn', locale: 'de', to: 'ada@example.com' });
    expect(email?.text).toContain('305805');
  });

  test('sends each test of the console, and each reminder of an invitation', async () => {
    const { post, transport } = openWorld(systemOf('logto'));
    for (const [type, payload] of [
      ['Generic', { code: '000000' }],
      ['OrganizationInvitation', { link: 'https://app.example.com/invite/1' }],
    ] as const) {
      for (let attempt = 0; attempt < 2; attempt++)
        expect((await post({ to: 'ada@example.com', type, payload })).status).toBe(204);
    }
    expect(transport.emails).toHaveLength(4);
  });
});
