import { silentLogger } from '@postern/core';
import { createLinkGuard, type LinkProtector } from '@postern/http';
import { describe, expect, test, vi } from 'vitest';
import { ORIGIN, openAuth, PASSWORD, sent } from '../fixtures/auth-world.js';
import { createAuthEmails } from './index.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';

/** Reads "Valid for 5 minutes." from an email. */
const validity = (text: string) => /Valid for ([^.]+)\./.exec(text)?.[1];

describe('email and password', () => {
  test('a person signs up with the link in the email', async () => {
    const { browser, inbox } = openAuth({
      auth: { emailVerification: { expiresIn: 900, autoSignInAfterVerification: true } },
    });
    const person = browser('de');
    await person.post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });

    const email = await inbox.waitForEmail(ada);
    expect(email).toMatchObject({ type: 'Register', locale: 'de' });
    expect(email.text).toContain('15 Minuten');
    await person.open(await inbox.waitForLink(ada));
    expect(await person.user()).toMatchObject({ email: ada, emailVerified: true });
  });

  test('the owner of an address learns that someone tried to sign up with it', async () => {
    const { browser, inbox, signUp, transport } = openAuth({
      emails: { noticeUrl: () => `${ORIGIN}/sign-in` },
    });
    await signUp(ada);
    const { status } = await browser().post('/sign-up/email', {
      email: ada,
      name: 'Eve',
      password: PASSWORD,
    });
    expect(status).toBe(200);
    expect(sent(transport.emails)).toEqual([`AccountExists to ${ada}`]);
    expect(await inbox.waitForLink(ada)).toBe(`${ORIGIN}/sign-in`);
  });

  test('a person resets a password with the link in the email, and learns that it was changed', async () => {
    const { browser, inbox, signUp, transport } = openAuth({
      auth: { emailAndPassword: { enabled: true, resetPasswordTokenExpiresIn: 1800 } },
    });
    await signUp(ada);
    const person = browser();
    await person.post('/request-password-reset', { email: ada, redirectTo: '/reset' });
    expect(validity((await inbox.waitForEmail(ada)).text)).toBe('30 minutes');
    const page = await person.open(await inbox.waitForLink(ada));
    const token = new URL(page.headers.get('location') ?? '', ORIGIN).searchParams.get('token');
    expect((await person.post('/reset-password', { token, newPassword: 'battery staple' })).status).toBe(200);

    expect(sent(transport.emails)).toEqual([`ForgotPassword to ${ada}`, `PasswordChanged to ${ada}`]);
    await person.post('/sign-in/email', { email: ada, password: 'battery staple' });
    expect(await person.user()).toMatchObject({ email: ada });
  });

  test('a person who is not verified gets the link again when signing in', async () => {
    const { browser, inbox, transport } = openAuth();
    const person = browser();
    await person.post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });
    inbox.clear();
    expect((await person.post('/sign-in/email', { email: ada, password: PASSWORD })).status).toBe(403);
    expect(sent(transport.emails)).toEqual([`Register to ${ada}`]);
  });
});

describe('changes of an account', () => {
  test('a person confirms a new address from both addresses, and both learn of the change', async () => {
    const { inbox, signUp, transport } = openAuth();
    const person = await signUp(ada);
    await person.post('/change-email', { newEmail: bob });
    await person.open(await inbox.waitForLink(ada));
    await person.open(await inbox.waitForLink(bob));

    expect(await person.user()).toMatchObject({ email: bob });
    expect(sent(transport.emails)).toEqual([
      `ConfirmEmailChange to ${ada}`,
      `BindNewIdentifier to ${bob}`,
      `EmailChanged to ${ada}`,
      `EmailChanged to ${bob}`,
    ]);
  });

  test('a person whose address is not verified changes it with one email', async () => {
    const { browser, inbox, transport } = openAuth({
      auth: {
        emailAndPassword: { enabled: true, requireEmailVerification: false },
        user: { changeEmail: { enabled: true, updateEmailWithoutVerification: true } },
      },
    });
    const person = browser();
    await person.post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });
    await person.post('/change-email', { newEmail: bob });
    expect(sent(transport.emails)).toEqual([
      `EmailChanged to ${ada}`,
      `EmailChanged to ${bob}`,
      `BindNewIdentifier to ${bob}`,
    ]);
    await person.open(await inbox.waitForLink(bob));
    expect(await person.user()).toMatchObject({ email: bob, emailVerified: true });
  });

  test('without ConfirmEmailChange, only the new address confirms the change', async () => {
    const { signUp, transport } = openAuth({ emails: { types: { ConfirmEmailChange: false } } });
    const person = await signUp(ada);
    await person.post('/change-email', { newEmail: bob });
    expect(sent(transport.emails)).toEqual([`BindNewIdentifier to ${bob}`]);
  });

  test('a person deletes the account with the link in the email, and gets a notice', async () => {
    const { inbox, signUp, transport, db } = openAuth();
    const person = await signUp(ada);
    await person.post('/delete-user');
    expect(validity((await inbox.waitForEmail(ada)).text)).toBe('1 day');
    await person.open(await inbox.waitForLink(ada));
    expect(db.user).toEqual([]);
    expect(sent(transport.emails)).toEqual([`ConfirmAccountDeletion to ${ada}`, `AccountDeleted to ${ada}`]);
  });
});

describe('emailOTP', () => {
  test('a person signs in with a code', async () => {
    const { browser, inbox, transport } = openAuth({ otp: { expiresIn: 120 } });
    const person = browser();
    await person.post('/email-otp/send-verification-otp', { email: ada, type: 'sign-in' });
    expect(validity((await inbox.waitForEmail(ada)).text)).toBe('2 minutes');
    await person.post('/sign-in/email-otp', { email: ada, otp: await inbox.waitForCode(ada) });
    expect(await person.user()).toMatchObject({ email: ada });
    expect(sent(transport.emails)).toEqual([`SignIn to ${ada}`]);
  });

  test('a person verifies an address and resets a password with codes', async () => {
    const { browser, inbox, transport } = openAuth({ otp: { overrideDefaultEmailVerification: true } });
    const person = browser();
    await person.post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });
    await person.post('/email-otp/verify-email', { email: ada, otp: await inbox.waitForCode(ada) });
    expect(await person.user()).toMatchObject({ emailVerified: true });
    await person.post('/email-otp/request-password-reset', { email: ada });
    const otp = await inbox.waitForCode(ada);
    await person.post('/email-otp/reset-password', { email: ada, otp, password: 'battery staple' });
    expect(sent(transport.emails)).toEqual([
      `Register to ${ada}`,
      `ForgotPassword to ${ada}`,
      `PasswordChanged to ${ada}`,
    ]);
  });

  test('a person changes the address with codes to both addresses', async () => {
    const { inbox, signUp, transport } = openAuth({
      otp: { changeEmail: { enabled: true, verifyCurrentEmail: true } },
    });
    const person = await signUp(ada);
    await person.post('/email-otp/send-verification-otp', { email: ada, type: 'email-verification' });
    const current = await inbox.waitForCode(ada);
    await person.post('/email-otp/request-email-change', { newEmail: bob, otp: current });
    await person.post('/email-otp/change-email', { newEmail: bob, otp: await inbox.waitForCode(bob) });
    expect(await person.user()).toMatchObject({ email: bob });
    expect(sent(transport.emails)).toEqual([
      `ConfirmEmailChange to ${ada}`,
      `BindNewIdentifier to ${bob}`,
      `EmailChanged to ${ada}`,
      `EmailChanged to ${bob}`,
    ]);
  });
});

test('a person signs in with a magic link', async () => {
  const { browser, inbox } = openAuth();
  const person = browser();
  await person.post('/sign-in/magic-link', { email: ada });
  const email = await inbox.waitForEmail(ada);
  expect(email.type).toBe('SignIn');
  expect(validity(email.text)).toBe('5 minutes');
  expect(email.text).toContain('Chrome on Windows');
  await person.open(await inbox.waitForLink(ada));
  expect(await person.user()).toMatchObject({ email: ada });
});

test('a person accepts an invitation, and the inviter learns of it', async () => {
  const { inbox, signUp, transport } = openAuth();
  const owner = await signUp(ada);
  const guest = await signUp(bob);
  const { body: organization } = await owner.post('/organization/create', {
    name: 'Analytical Engines',
    slug: 'engines',
  });
  await owner.post('/organization/invite-member', {
    email: bob,
    role: 'admin',
    organizationId: organization.id,
  });
  const email = await inbox.waitForEmail(bob);
  expect(email.type).toBe('OrganizationInvitation');
  expect(email.text).toContain('Ada has invited you to join Analytical Engines');
  expect(validity(email.text)).toBe('2 days');
  expect(email.text).toContain('admin');
  // The invited person learns nothing about the browser of the inviter.
  expect(email.text).not.toContain('Windows');

  const link = new URL(await inbox.waitForLink(bob));
  expect(link.href).toMatch(`${ORIGIN}/accept-invitation/`);
  const accepted = await guest.post('/organization/accept-invitation', {
    invitationId: link.pathname.split('/').pop(),
  });
  expect(accepted.body).toMatchObject({ member: { role: 'admin' } });
  expect(sent(transport.emails)).toEqual([
    `OrganizationInvitation to ${bob}`,
    `InvitationAccepted to ${ada}`,
  ]);
});

test('a person turns on two-step verification by code, signs in with it, and turns it off', async () => {
  const { browser, inbox, signUp, transport } = openAuth();
  const person = await signUp(ada);
  await person.post('/two-factor/send-otp');
  await person.post('/two-factor/verify-otp', { code: await inbox.waitForCode(ada) });
  expect(sent(transport.emails)).toEqual([`BindMfa to ${ada}`, `MfaEnabled to ${ada}`]);

  inbox.clear();
  const other = browser();
  await other.post('/sign-in/email', { email: ada, password: PASSWORD });
  await other.post('/two-factor/send-otp');
  expect(validity((await inbox.waitForEmail(ada)).text)).toBe('3 minutes');
  await other.post('/two-factor/verify-otp', { code: await inbox.waitForCode(ada) });
  expect(await other.user()).toMatchObject({ email: ada });
  await other.post('/two-factor/disable', { password: PASSWORD });
  expect(sent(transport.emails)).toEqual([`MfaVerification to ${ada}`, `MfaDisabled to ${ada}`]);
});

describe('options', () => {
  test('the locale can depend on the user', async () => {
    const locale = vi.fn(() => 'fr');
    const { browser, inbox } = openAuth({ emails: { locale } });
    await browser().post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });
    expect((await inbox.waitForEmail(ada)).locale).toBe('fr');
    expect(locale).toHaveBeenCalledWith(
      expect.objectContaining({ email: ada, name: 'Ada' }),
      expect.any(Headers),
    );
  });

  test('types replaces and turns off emails', async () => {
    const { browser, transport } = openAuth({ emails: { types: { SignIn: 'Generic', Register: false } } });
    const person = browser();
    await person.post('/sign-in/magic-link', { email: ada });
    await person.post('/sign-up/email', { email: bob, name: 'Bob', password: PASSWORD });
    expect(sent(transport.emails)).toEqual([`Generic to ${ada}`]);
  });

  test('linkGuard protects links, and binds those whose cookie reaches the same person and reveals nothing', async () => {
    const calls: { path: string; bound: boolean }[] = [];
    const protect = vi.fn<LinkProtector['protect']>(async (link, { binding }) => {
      calls.push({ path: new URL(link).pathname.replace(/[^/]{20,}$/, 'ID'), bound: binding !== 'none' });
      return { link: `${link}#protected`, ...(binding !== 'none' && { setCookie: 'bound=1; Path=/' }) };
    });
    const { inbox, signUp } = openAuth({ emails: { linkGuard: { protect } } });
    const person = await signUp(ada);
    const { headers } = await person.post('/sign-in/magic-link', { email: ada });
    expect(headers.getSetCookie()).toContain('bound=1; Path=/');
    expect(await inbox.waitForLink(ada)).toMatch(/#protected$/);
    expect(protect.mock.lastCall?.[1]).toEqual({
      expiresAt: expect.any(Date),
      to: ada,
      cookie: expect.any(String),
    });

    await person.post('/request-password-reset', { email: ada });
    const { body } = await person.post('/organization/create', { name: 'Engines', slug: 'engines' });
    await person.post('/organization/invite-member', { email: bob, role: 'member', organizationId: body.id });
    await person.post('/delete-user');
    expect(calls).toEqual([
      { path: '/api/auth/verify-email', bound: false },
      { path: '/api/auth/magic-link/verify', bound: true },
      { path: '/api/auth/reset-password/ID', bound: false },
      { path: '/accept-invitation/ID', bound: false },
      { path: '/api/auth/delete-user/callback', bound: true },
    ]);
  });

  test('linkGuard does not bind the links of calls without a request', async () => {
    const bindings: unknown[] = [];
    const protect: LinkProtector['protect'] = async (link, { binding }) => {
      bindings.push(binding);
      return { link };
    };
    const { auth, emails, transport } = openAuth({ emails: { linkGuard: { protect } } });
    await auth.api.signInMagicLink({ body: { email: ada }, headers: new Headers() });
    await emails.sendMagicLink({ email: ada, url: `${ORIGIN}/verify`, token: 'token' });
    expect(transport.emails).toHaveLength(2);
    expect(bindings).toEqual(['none', 'none']);
  });

  test('a scanner that presses the button of a protected link does not sign in, and the person does', async () => {
    const keys = [{ id: 'first', secret: 'the secret of the link guard tests' }] as const;
    const guard = createLinkGuard({ keys, url: `${ORIGIN}/open`, binding: 'browser', logger: silentLogger });
    const { browser, inbox } = openAuth({ emails: { linkGuard: guard } });
    const person = browser();
    const { headers } = await person.post('/sign-in/magic-link', { email: ada });
    const link = await inbox.waitForLink(ada);
    const visit = async (method: string, cookie = '') => {
      const request = new Request(link, {
        method,
        headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
      });
      const [, next] = /content="0;url=([^"]+)"/.exec(await (await guard.fetch(request)).text()) ?? [];
      return next?.replaceAll('&amp;', '&');
    };

    expect([await visit('GET'), await visit('HEAD'), await visit('POST')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    const [cookie = ''] = headers.getSetCookie().map((text) => text.split(';')[0]);
    await person.open((await visit('POST', cookie)) ?? '');
    expect(await person.user()).toMatchObject({ email: ada });
  });

  test('waitUntil sends after the response', async () => {
    const sendings: Promise<void>[] = [];
    const { browser, transport } = openAuth({ emails: { waitUntil: (sending) => sendings.push(sending) } });
    const response = await browser().post('/sign-in/magic-link', { email: ada });
    expect(response.status).toBe(200);
    await Promise.all(sendings);
    expect(sent(transport.emails)).toEqual([`SignIn to ${ada}`]);
  });

  test('the background tasks of Better Auth send after the response', async () => {
    const tasks: Promise<unknown>[] = [];
    const backgroundTasks = { handler: (task: Promise<unknown>) => void tasks.push(task) };
    const { browser, transport } = openAuth({ auth: { advanced: { backgroundTasks } } });
    expect((await browser().post('/sign-in/magic-link', { email: ada })).status).toBe(200);
    expect(tasks).toHaveLength(1);
    await Promise.all(tasks);
    expect(sent(transport.emails)).toEqual([`SignIn to ${ada}`]);
  });

  test('an option of the application takes precedence', async () => {
    const sendResetPassword = vi.fn(async () => {});
    const { signUp, transport } = openAuth({
      auth: { emailAndPassword: { enabled: true, sendResetPassword } },
    });
    const person = await signUp(ada);
    await person.post('/request-password-reset', { email: ada });
    expect(sendResetPassword).toHaveBeenCalled();
    expect(sent(transport.emails)).toEqual([]);
  });

  test('calls of the server API without a request send in the default language', async () => {
    const { auth, inbox } = openAuth();
    await auth.api.sendVerificationOTP({ body: { email: ada, type: 'sign-in' } });
    expect(await inbox.waitForEmail(ada)).toMatchObject({ subject: 'Your sign-in code for Acme' });
  });

  test('a callback works without the plugin', async () => {
    const { browser, inbox } = openAuth({ plugin: false });
    const person = browser();
    await person.post('/email-otp/send-verification-otp', { email: ada, type: 'sign-in' });
    await person.post('/sign-in/email-otp', { email: ada, otp: await inbox.waitForCode(ada) });
    expect(await person.user()).toMatchObject({ email: ada });
  });

  test('an unknown option is an error', () => {
    const mailer = { send: async () => {} };
    // @ts-expect-error: the option is `types`.
    expect(() => createAuthEmails({ mailer, type: {} })).toThrow('did you mean types?');
    // @ts-expect-error: not a usage type.
    expect(() => createAuthEmails({ mailer, types: { Signin: 'SignIn' } })).toThrow('types');
  });
});
