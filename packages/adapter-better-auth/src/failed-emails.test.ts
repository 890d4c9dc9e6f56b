import { MailError, type MailErrorCode } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { failWith, openAuth, PASSWORD } from '../fixtures/auth-world.js';
import type { AuthEmailsOptions } from './index.js';

const ada = 'ada@example.com';
const bob = 'bob@example.com';

const failure = (code: MailErrorCode, details: { retryable?: boolean; retryAfterMs?: number } = {}) =>
  new MailError(code, 'The mail server mail.internal refused.', { stage: 'delivery', ...details });

describe('the response to a failed email', () => {
  const UNAVAILABLE = [503, 'EMAIL_SERVICE_UNAVAILABLE'] as const;
  const REJECTED = [400, 'EMAIL_ADDRESS_REJECTED'] as const;
  const NOT_SENT = [500, 'EMAIL_NOT_SENT'] as const;

  test.each<[MailErrorCode, readonly [number, string]]>([
    ['recipient_invalid', REJECTED],
    ['recipient_rejected', REJECTED],
    ['connection_failed', UNAVAILABLE],
    ['timeout', UNAVAILABLE],
    ['rate_limited', UNAVAILABLE],
    ['closed', UNAVAILABLE],
    ['delivery_unknown', [502, 'EMAIL_DELIVERY_UNKNOWN']],
    ['config_invalid', NOT_SENT],
    ['template_not_found', NOT_SENT],
    ['template_invalid', NOT_SENT],
    ['payload_invalid', NOT_SENT],
    ['idempotency_key_reused', NOT_SENT],
    ['tls_failed', NOT_SENT],
    ['auth_failed', NOT_SENT],
    ['host_rejected', NOT_SENT],
    ['sender_rejected', NOT_SENT],
    ['message_rejected', NOT_SENT],
    ['expired', NOT_SENT],
    ['aborted', NOT_SENT],
  ])('%s', async (mailCode, [status, code]) => {
    const { browser, log } = openAuth();
    failWith(failure(mailCode));
    const response = await browser().post('/sign-in/magic-link', { email: ada });
    expect(response).toMatchObject({ status, body: { code } });
    expect(JSON.stringify(response.body)).not.toContain('mail.internal');
    expect(log.join('\n')).toContain(
      'The email was not sent: SignIn. The mail server mail.internal refused.',
    );
    expect(log.join('\n')).not.toContain(ada);
  });

  test('a temporary refusal of the recipient is not a wrong address', async () => {
    const { browser } = openAuth();
    failWith(failure('recipient_rejected', { retryable: true, retryAfterMs: 1500 }));
    const { status, headers } = await browser().post('/sign-in/magic-link', { email: ada });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('2');
  });

  test.each<[string, Partial<AuthEmailsOptions>, unknown]>([
    [
      'without a base URL',
      {},
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('baseURL') }),
    ],
    [
      'whose page fails',
      {
        invitationUrl() {
          throw new Error('postgres://admin:secret@db');
        },
      },
      undefined,
    ],
  ])('is the same for an invitation %s', async (_name, options, cause) => {
    const { emails } = openAuth({ emails: options });
    const user = { name: 'Bob' };
    const invitation = { id: 'one', expiresAt: new Date(Date.now() + 60_000) };
    // Outside of an endpoint, no base URL is known.
    const sending = emails.sendInvitationEmail({
      ...{ id: 'one', email: ada, role: 'member', organization: { name: 'Engines' }, inviter: { user } },
      invitation,
    } as never);
    const error: unknown = await sending.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ body: { code: 'EMAIL_NOT_SENT' } });
    expect(error instanceof Error && error.cause).toEqual(cause);
  });

  test('an error other than a MailError does not reach the client or the log', async () => {
    const locale = () => {
      throw new Error('postgres://admin:secret@db');
    };
    const { browser, log } = openAuth({ emails: { locale } });
    const response = await browser().post('/sign-in/magic-link', { email: ada });
    expect(response).toMatchObject({ status: 500, body: { code: 'EMAIL_NOT_SENT' } });
    expect(JSON.stringify([response.body, log])).not.toContain('secret');
  });
});

/** Prepares a person and returns the request whose email fails. */
type Situation = (
  world: ReturnType<typeof openAuth>,
) => Promise<() => Promise<{ status: number; body: object }>>;

const anonymous =
  (path: string, body: object): Situation =>
  async ({ browser, signUp }) => {
    await signUp(ada);
    return () => browser().post(path, body);
  };
const signedIn =
  (path: string, body: object = {}): Situation =>
  async ({ signUp }) => {
    const person = await signUp(ada);
    return () => person.post(path, body);
  };

describe('a failed email', () => {
  test.each<[string, Situation]>([
    ['/sign-in/magic-link', anonymous('/sign-in/magic-link', { email: ada })],
    ['a code for signing in', anonymous('/email-otp/send-verification-otp', { email: ada, type: 'sign-in' })],
    ['/delete-user', signedIn('/delete-user')],
    ['/two-factor/send-otp', signedIn('/two-factor/send-otp')],
    [
      'a code for the own address',
      signedIn('/email-otp/send-verification-otp', { email: ada, type: 'email-verification' }),
    ],
    [
      '/organization/invite-member',
      async ({ signUp }) => {
        const person = await signUp(ada);
        const { body } = await person.post('/organization/create', { name: 'Engines', slug: 'engines' });
        return () =>
          person.post('/organization/invite-member', { email: bob, role: 'member', organizationId: body.id });
      },
    ],
  ])('is shown to the client: %s', async (_name, prepare) => {
    const world = openAuth();
    const request = await prepare(world);
    failWith(failure('auth_failed'));
    expect(await request()).toMatchObject({ status: 500, body: { code: 'EMAIL_NOT_SENT' } });
  });

  test('is shown to the client: a sign-up that signs in at once', async () => {
    const { browser, transport } = openAuth({
      auth: {
        emailAndPassword: { enabled: true, requireEmailVerification: false },
        emailVerification: { sendOnSignUp: true },
      },
    });
    failWith(failure('connection_failed'), { times: 1 });
    const person = browser();
    const response = await person.post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });
    expect(response).toMatchObject({ status: 503, body: { code: 'EMAIL_SERVICE_UNAVAILABLE' } });
    // The account exists, so the page can offer to send the email again.
    expect(await person.user()).toMatchObject({ email: ada });
    expect((await person.post('/send-verification-email', { email: ada })).status).toBe(200);
    expect(await transport.inbox.waitForLink(ada)).toContain('/verify-email');
  });

  test('is shown to the client: a sign-in that needs a verified address', async () => {
    const { browser } = openAuth();
    const person = browser();
    await person.post('/sign-up/email', { email: ada, name: 'Ada', password: PASSWORD });
    failWith(failure('timeout'));
    const response = await person.post('/sign-in/email', { email: ada, password: PASSWORD });
    // The status stays that of the error from Better Auth.
    expect(response).toMatchObject({ status: 403, body: { code: 'EMAIL_SERVICE_UNAVAILABLE' } });
  });

  test('is shown on the page that a link redirects to', async () => {
    const { inbox, signUp } = openAuth();
    const person = await signUp(ada);
    await person.post('/change-email', { newEmail: bob, callbackURL: '/settings?tab=email' });
    const link = await inbox.waitForLink(ada);
    failWith(failure('timeout'), { times: 1 });
    const page = new URL((await person.open(link)).headers.get('location') ?? '');
    expect(page.pathname + page.search).toBe('/settings?tab=email&error=EMAIL_SERVICE_UNAVAILABLE');
    // The link still works.
    await person.open(link);
    await person.open(await inbox.waitForLink(bob));
    expect(await person.user()).toMatchObject({ email: bob });
  });

  const SIGN_UP = { name: 'Ada', password: PASSWORD };
  test.each([
    ['/request-password-reset', { email: ada }, { email: bob }],
    ['/email-otp/request-password-reset', { email: ada }, { email: bob }],
    [
      '/email-otp/send-verification-otp',
      { email: ada, type: 'email-verification' },
      { email: bob, type: 'email-verification' },
    ],
    [
      '/email-otp/send-verification-otp',
      { email: ada, type: 'forget-password' },
      { email: bob, type: 'forget-password' },
    ],
    ['/email-otp/send-verification-otp', { email: ada, type: 'sign-in' }, { email: bob, type: 'sign-in' }],
    ['/sign-up/email', { ...SIGN_UP, email: ada }, { ...SIGN_UP, email: bob }],
  ])('does not reveal to anyone that an account exists: %s %j', async (path, known, unknown) => {
    const { browser, signUp } = openAuth({ otp: { disableSignUp: true } });
    await signUp(ada);
    failWith(failure('auth_failed'));
    const responses = [await browser().post(path, known), await browser().post(path, unknown)];
    const [first, second] = responses.map(({ status, body }) => ({ status, fields: Object.keys(body) }));
    expect(first).toEqual(second);
    expect(first?.status).toBe(200);
  });

  test.each(['/change-email', '/email-otp/request-email-change'])(
    'does not reveal to a signed-in person that another account exists: %s',
    async (path) => {
      const { signUp } = openAuth({ otp: { changeEmail: { enabled: true } } });
      const person = await signUp(ada);
      await signUp(bob);
      failWith(failure('auth_failed'));
      const [taken, free] = [
        await person.post(path, { newEmail: bob }),
        await person.post(path, { newEmail: 'eve@example.com' }),
      ];
      expect(free).toMatchObject({ status: taken.status, body: taken.body });
      expect(free.status).toBe(200);
    },
  );

  test('does not reveal that an address is not verified: /send-verification-email', async () => {
    const { browser } = openAuth();
    await browser().post('/sign-up/email', { ...SIGN_UP, email: ada });
    failWith(failure('auth_failed'));
    const [known, unknown] = await Promise.all(
      [ada, bob].map((email) => browser().post('/send-verification-email', { email })),
    );
    expect(known).toMatchObject({ status: 200, body: unknown?.body ?? {} });
  });

  test('does not undo a change: a notice', async () => {
    const { signUp, browser } = openAuth();
    const person = await signUp(ada);
    failWith(failure('auth_failed'));
    const change = { currentPassword: PASSWORD, newPassword: 'battery staple' };
    expect((await person.post('/change-password', change)).status).toBe(200);
    const other = browser();
    await other.post('/sign-in/email', { email: ada, password: 'battery staple' });
    expect(await other.user()).toMatchObject({ email: ada });
  });
});
