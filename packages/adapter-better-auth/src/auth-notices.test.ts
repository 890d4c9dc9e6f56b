import { encodeBase64Url } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { openAuth, PASSWORD, sent } from '../fixtures/auth-world.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';

/** Ada, who has a password, an account of another provider, and two-step verification. */
async function openWithAda() {
  const world = openAuth({ auth: { account: { accountLinking: { allowUnlinkingAll: true } } } });
  const person = await world.signUp(ada);
  await person.post('/two-factor/enable', { password: PASSWORD });
  await person.post('/two-factor/send-otp');
  await person.post('/two-factor/verify-otp', { code: await world.inbox.waitForCode(ada) });
  world.inbox.clear();
  return { ...world, person, accountId: world.db.account?.[0]?.id };
}

describe('a person who changes something gets a notice', () => {
  test.each([
    ['PasswordChanged', '/change-password', { currentPassword: PASSWORD, newPassword: 'battery staple' }],
    ['RecoveryMethodChanged', '/two-factor/generate-backup-codes', { password: PASSWORD }],
    ['RecoveryMethodChanged', '/passkey/verify-registration', {}],
    ['RecoveryMethodChanged', '/passkey/delete-passkey', {}],
    ['MfaDisabled', '/two-factor/disable', { password: PASSWORD }],
  ])('%s: %s', async (type, path, body) => {
    const { person, transport } = await openWithAda();
    expect((await person.post(path, body)).status).toBe(200);
    expect(sent(transport.emails)).toEqual([`${type} to ${ada}`]);
    expect(transport.emails[0]?.text).toContain('Chrome on Windows');
  });

  test('RecoveryMethodChanged: /unlink-account', async () => {
    const { person, accountId, transport } = await openWithAda();
    expect((await person.post('/unlink-account', { accountId })).status).toBe(200);
    expect(sent(transport.emails)).toEqual([`RecoveryMethodChanged to ${ada}`]);
  });

  test('RecoveryMethodChanged: a new phone number, but not a sign-in with it', async () => {
    const { browser, signUp, textMessages, transport } = openAuth();
    const person = await signUp(ada);
    const phone = { phoneNumber: '+41445550100' };
    const verify = async (user: typeof person, more = {}) => {
      await user.post('/phone-number/send-otp', phone);
      return user.post('/phone-number/verify', { ...phone, code: textMessages.pop(), ...more });
    };
    expect((await verify(person, { updatePhoneNumber: true })).status).toBe(200);
    const other = browser();
    await verify(other);
    expect(await other.user()).toMatchObject({ email: ada });
    expect(sent(transport.emails)).toEqual([`RecoveryMethodChanged to ${ada}`]);
  });

  /** A provider whose ID tokens are all valid. */
  const google = { clientId: 'postern', clientSecret: 'secret', verifyIdToken: async () => true };
  const claims = {
    iss: 'https://accounts.google.com',
    sub: '1',
    name: 'Ada',
    email: ada,
    email_verified: true,
  };
  const token = [{ alg: 'none' }, claims, {}]
    .map((part) => encodeBase64Url(new TextEncoder().encode(JSON.stringify(part))))
    .join('.');
  const idToken = { provider: 'google', idToken: { token } };

  test('RecoveryMethodChanged: /link-social', async () => {
    const { signUp, transport } = openAuth({ auth: { socialProviders: { google } } });
    const person = await signUp(ada);
    expect((await person.post('/link-social', idToken)).status).toBe(200);
    expect(sent(transport.emails)).toEqual([`RecoveryMethodChanged to ${ada}`]);
  });

  test('RecoveryMethodChanged: the first password, but not the sign-up with a provider', async () => {
    const { auth, browser, transport } = openAuth({ auth: { socialProviders: { google } } });
    const person = browser();
    expect((await person.post('/sign-in/social', idToken)).status).toBe(200);
    expect(transport.emails).toEqual([]);
    await auth.api.setPassword({ body: { newPassword: PASSWORD }, headers: person.headers() });
    expect(sent(transport.emails)).toEqual([`RecoveryMethodChanged to ${ada}`]);
  });

  test('PasswordChanged alone: a reset that adds the first password', async () => {
    const { browser, inbox, transport } = openAuth({ auth: { socialProviders: { google } } });
    const person = browser();
    await person.post('/sign-in/social', idToken);
    await person.post('/email-otp/request-password-reset', { email: ada });
    const otp = await inbox.waitForCode(ada);
    await person.post('/email-otp/reset-password', { email: ada, otp, password: PASSWORD });
    expect(sent(transport.emails)).toEqual([`ForgotPassword to ${ada}`, `PasswordChanged to ${ada}`]);
  });

  test.each([
    ['/change-password', { currentPassword: 'wrong', newPassword: 'battery staple' }],
    ['/two-factor/generate-backup-codes', { password: 'wrong' }],
    ['/unlink-account', { accountId: 'unknown' }],
  ])('not if the change fails: %s', async (path, body) => {
    const { person, transport } = await openWithAda();
    expect((await person.post(path, body)).status).toBeGreaterThanOrEqual(400);
    expect(transport.emails).toEqual([]);
  });
});

test('a two-step sign-in that also lifts an expired ban sends no notice', async () => {
  const { db, browser, inbox, transport } = await openWithAda();
  const again = browser();
  await again.post('/sign-in/email', { email: ada, password: PASSWORD });
  Object.assign(db.user?.[0] ?? {}, { banned: true, banExpires: new Date(0) });
  await again.post('/two-factor/send-otp');
  await again.post('/two-factor/verify-otp', { code: await inbox.waitForCode(ada) });
  expect(await again.user()).toMatchObject({ email: ada, banned: false });
  expect(sent(transport.emails)).toEqual([`MfaVerification to ${ada}`]);
});

describe('a person whose account an administrator changes gets a notice, without the browser of the administrator', () => {
  async function openWithAdministrator(bobFields = {}) {
    const { db, signUp, transport } = openAuth();
    const administrator = await signUp(ada);
    await signUp(bob);
    const [first, second] = db.user ?? [];
    Object.assign(first ?? {}, { role: 'admin' });
    Object.assign(second ?? {}, bobFields);
    return { administrator, userId: second?.id, transport };
  }

  test.each([
    ['PasswordChanged', '/admin/set-user-password', { newPassword: 'battery staple' }],
    ['MfaDisabled', '/admin/update-user', { data: { twoFactorEnabled: false } }],
    ['AccountDeleted', '/admin/remove-user', {}],
  ])('%s: %s', async (type, path, body) => {
    const { administrator, userId, transport } = await openWithAdministrator({ twoFactorEnabled: true });
    expect((await administrator.post(path, { ...body, userId })).status).toBe(200);
    expect(sent(transport.emails)).toEqual([`${type} to ${bob}`]);
    expect(transport.emails[0]?.text).not.toContain('Windows');
  });

  test('EmailChanged to both addresses: /admin/update-user', async () => {
    const { administrator, userId, transport } = await openWithAdministrator();
    const data = { email: 'eve@example.com', twoFactorEnabled: false };
    expect((await administrator.post('/admin/update-user', { userId, data })).status).toBe(200);
    expect(sent(transport.emails)).toEqual([`EmailChanged to ${bob}`, 'EmailChanged to eve@example.com']);
    expect(transport.emails[0]?.text).not.toContain('Windows');
  });

  test('PasswordChanged: an administrator who impersonates the person', async () => {
    const { administrator, userId, transport } = await openWithAdministrator();
    await administrator.post('/admin/impersonate-user', { userId });
    const change = { currentPassword: PASSWORD, newPassword: 'battery staple' };
    expect((await administrator.post('/change-password', change)).status).toBe(200);
    expect(sent(transport.emails)).toEqual([`PasswordChanged to ${bob}`]);
    expect(transport.emails[0]?.text).not.toContain('Windows');
  });
});
