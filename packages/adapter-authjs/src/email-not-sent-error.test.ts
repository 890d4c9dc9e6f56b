import { inspect } from 'node:util';
import { Auth, raw, skipCSRFCheck } from '@auth/core';
import { MailError, type MailErrorCode } from '@postern/core';
import { describe, expect, test, vi } from 'vitest';
import { openAuth } from '../fixtures/auth-world.js';
import { type EmailNotSentCode, EmailNotSentError } from './index.js';

const ada = 'ada@example.com';
/** The texts on the sign-in page of Auth.js. */
const CHECK_DETAILS = 'Check the details you provided are correct.';
const UNABLE = 'Unable to sign in.';

const CODES: Record<MailErrorCode, EmailNotSentCode> = {
  config_invalid: 'email_not_sent',
  template_not_found: 'email_not_sent',
  template_invalid: 'email_not_sent',
  payload_invalid: 'email_not_sent',
  idempotency_key_reused: 'email_not_sent',
  recipient_invalid: 'email_address_rejected',
  connection_failed: 'email_service_unavailable',
  tls_failed: 'email_not_sent',
  auth_failed: 'email_not_sent',
  host_rejected: 'email_not_sent',
  sender_rejected: 'email_not_sent',
  recipient_rejected: 'email_address_rejected',
  message_rejected: 'email_not_sent',
  rate_limited: 'email_service_unavailable',
  timeout: 'email_service_unavailable',
  delivery_unknown: 'email_delivery_unknown',
  expired: 'email_not_sent',
  aborted: 'email_not_sent',
  closed: 'email_service_unavailable',
};
const failures = Object.entries(CODES).map(([code, shown]) => ({
  error: new MailError(code as MailErrorCode, 'The server refused it.', { stage: 'delivery' }),
  shown,
}));
const greylisted = new MailError('recipient_rejected', 'Try again later.', {
  stage: 'rcpt',
  retryable: true,
});

/** Follows the redirect after a failed sign-in. */
async function pageOf(person: { open(url: string): Promise<Response> }, response: Response) {
  const location = response.headers.get('location') ?? '';
  const { pathname, searchParams } = new URL(location);
  return {
    pathname,
    query: Object.fromEntries(searchParams),
    html: await (await person.open(location)).text(),
  };
}

describe('if the email cannot be sent, the sign-in page shows why', () => {
  test.each([...failures, { error: greylisted, shown: 'email_service_unavailable' }])(
    '$error.code: $shown',
    async ({ error, shown }) => {
      const { browser, transport, errors } = await openAuth();
      transport.failWith(error);
      const person = browser();

      const { pathname, query, html } = await pageOf(person, await person.signIn(ada));
      expect(pathname).toBe('/auth/signin');
      const isAddress = shown === 'email_address_rejected';
      expect(query).toEqual({ error: isAddress ? 'CredentialsSignin' : 'Configuration', code: shown });
      expect(html).toContain(isAddress ? CHECK_DETAILS : UNABLE);
      expect(errors).toEqual([expect.any(EmailNotSentError)]);
      expect(errors[0]).toMatchObject({ cause: { err: error } });
      expect(inspect(errors, { depth: 9 })).not.toMatch(/token=|ada@/);
      expect(await person.user()).toBeUndefined();
    },
  );

  test.each([
    '',
    'ada',
    'ada@example.com, eve@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    '"ada@example.com,"@evil.example@example.com',
    'ada＠example.com',
  ])('the address is not valid: %j', async (address) => {
    const { browser, transport } = await openAuth();
    const person = browser();
    const { pathname, query } = await pageOf(person, await person.signIn(address));
    expect(pathname).toBe('/auth/signin');
    expect(query).toEqual({ error: 'CredentialsSignin', code: 'email_address_rejected' });
    expect(transport.emails).toEqual([]);
  });

  test('an unexpected error reveals nothing', async () => {
    const { browser, errors } = await openAuth(() => ({
      mailer: {
        async send({ to, payload }) {
          throw new Error(`Not sent: ${to} ${payload.link}`);
        },
      },
    }));
    const person = browser();
    const { query } = await pageOf(person, await person.signIn(ada));
    expect(query).toEqual({ error: 'Configuration', code: 'email_not_sent' });
    expect(inspect(errors, { depth: 9 })).not.toMatch(/token=|ada@/);
  });

  test.each(['locale', 'clientAddress', 'deliver', 'linkGuard'])(
    'an error in `%s` of the application reveals nothing',
    async (name) => {
      const fail = () => {
        throw new Error(`No user has the address ${ada}.`);
      };
      const { browser, errors } = await openAuth(({ mailer }) => ({
        ...{ mailer, waitUntil: () => undefined },
        [name]: name === 'linkGuard' ? { protect: fail } : fail,
      }));
      const person = browser();
      const { query } = await pageOf(person, await person.signIn(ada));
      expect(query).toEqual({ error: 'Configuration', code: 'email_not_sent' });
      expect(errors).toEqual([expect.any(EmailNotSentError)]);
      expect(inspect(errors, { depth: 9 })).not.toMatch(/token=|ada@/);
    },
  );

  test('after the cause is fixed, the person gets in', async () => {
    const { browser, transport } = await openAuth();
    transport.failWith(greylisted, { times: 1 });
    const person = browser();
    await person.signIn(ada);
    await person.signIn(ada);
    await person.open(await transport.inbox.waitForLink(ada));
    expect(await person.user()).toBe(ada);
  });
});

const down = new MailError('auth_failed', 'The server refused the login.', {
  ...{ stage: 'auth', hint: 'Check the password.' },
});

test('a client that signs in with fetch gets the code', async () => {
  const { browser, transport } = await openAuth();
  transport.failWith(down);
  const response = await browser().signIn(ada, { 'X-Auth-Return-Redirect': '1' });
  const { url } = await response.json();
  expect(new URL(url).searchParams.get('code')).toBe('email_not_sent');
});

test('a server action can catch the error', async () => {
  const { browser, config, origin, transport } = await openAuth();
  await browser().open('/auth/session'); // sets the base path in the config
  transport.failWith(down);
  // The function `signIn` of next-auth makes the same call.
  const body = new URLSearchParams({ email: ada, callbackUrl: '/' });
  const request = new Request(`${origin}/auth/signin/email`, { method: 'POST', body });
  const signedIn = Auth(request, { ...config, raw, skipCSRFCheck });
  await expect(signedIn).rejects.toBeInstanceOf(EmailNotSentError);
  await expect(signedIn).rejects.toMatchObject({ type: 'EmailSignInError', code: 'email_not_sent' });
});

test('the default logger of Auth.js shows the cause and the hint, without secrets', async () => {
  const lines: unknown[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((...line) => void lines.push(...line));
  const { browser, transport } = await openAuth(undefined, { logger: undefined });
  transport.failWith(down);
  await browser().signIn(ada);
  spy.mockRestore();
  const output = lines.join('\n');
  expect(output).toContain('EmailSignInError: The server refused the login. Read more');
  expect(output).toContain('Check the password.');
  expect(output).not.toMatch(/token=|ada@/);
});
