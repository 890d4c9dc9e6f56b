import { inspect } from 'node:util';
import { ConfigError, type LogEvent, MailError, silentLogger } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { openAuth } from '../fixtures/auth-world.js';
import { createEmailProvider, type EmailProviderOptions } from './index.js';

const ada = 'ada@example.com';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0';
const CHECK_EMAIL = '/auth/verify-request?provider=email&type=email';

const pathOf = (response: Response) =>
  (response.headers.get('location') ?? '').replace(/^https?:\/\/[^/]+/, '');

/** The parts of a response that a client can compare. */
const shown = async (response: Response) => ({
  status: response.status,
  body: await response.text(),
  headers: [...response.headers.keys()].sort(),
  location: response.headers.get('location'),
});

describe('a link', () => {
  test('signs the person in, and the session continues', async () => {
    const { browser, transport, errors } = await openAuth();
    const person = browser({ 'accept-language': 'de-CH, de;q=0.9', 'user-agent': FIREFOX });

    expect(pathOf(await person.signIn('Ada@Example.com'))).toBe(CHECK_EMAIL);
    expect(await person.user()).toBeUndefined();
    const email = await transport.inbox.waitForEmail(ada);
    expect(email).toMatchObject({ type: 'SignIn', locale: 'de' });
    expect(email.text).toContain('Gültig für 1 Tag');
    expect(email.text).toMatch(/Firefox.*Windows/);
    const opened = await person.open(await transport.inbox.waitForLink(ada));

    expect(pathOf(opened)).toBe('/inbox');
    expect(await person.user()).toBe(ada);
    expect(errors).toEqual([]);
  });

  test('is valid for `maxAge` seconds, and has the type and the language of the options', async () => {
    const { browser, transport } = await openAuth(({ mailer }) => ({
      mailer,
      maxAge: 900,
      type: 'Register',
      locale: (request) => request.headers.get('x-language') ?? undefined,
    }));
    const before = Date.now();
    await browser({ 'x-language': 'de', 'accept-language': 'en' }).signIn(ada);
    const email = await transport.inbox.waitForEmail(ada);
    expect(email).toMatchObject({ type: 'Register', locale: 'de' });
    expect(email.text).toContain('15 Minuten');
    expect(email.expiresAt?.getTime()).toBeGreaterThanOrEqual(before + 900_000);
    expect(email.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + 900_000);
  });

  test('signs in to the same account for every spelling of the address', async () => {
    const { browser, transport } = await openAuth();
    for (const spelling of [ada, ' ADA@example.com ', 'Ada <ada@EXAMPLE.com>', '"ada"@example.com']) {
      const person = browser();
      await person.signIn(spelling);
      await person.open(await transport.inbox.waitForLink(ada));
      expect(await person.user()).toBe(ada);
      transport.inbox.clear();
    }
  });
});

describe('after the response', () => {
  test('the email is sent when the page is already shown', async () => {
    const gate = Promise.withResolvers<void>();
    const sendings: Promise<void>[] = [];
    const { browser, transport } = await openAuth(({ mailer }) => ({
      mailer: {
        async send(request) {
          await gate.promise;
          return mailer.send(request);
        },
      },
      waitUntil: (sending) => void sendings.push(sending),
    }));
    const person = browser();

    expect(pathOf(await person.signIn(ada))).toBe(CHECK_EMAIL);
    expect(transport.emails).toEqual([]);
    gate.resolve();
    await Promise.all(sendings);
    await person.open(await transport.inbox.waitForLink(ada));
    expect(await person.user()).toBe(ada);
  });

  test('a failure is logged without secrets, and every address gets the same response', async () => {
    const sendings: Promise<void>[] = [];
    const log: LogEvent[] = [];
    const { browser, transport } = await openAuth(({ mailer }) => ({
      mailer,
      deliver: async (address) => address === ada,
      waitUntil: (sending) => void sendings.push(sending),
      logger: { ...silentLogger, error: (event) => void log.push(event) },
    }));

    const known = await shown(await browser().signIn(ada));
    const unknown = await shown(await browser().signIn('eve@example.com'));
    await Promise.all(sendings);
    expect(sendings).toHaveLength(2);
    expect(transport.emails.map(({ to }) => to)).toEqual([ada]);
    transport.failWith(new MailError('auth_failed', 'The server refused the login.', { stage: 'auth' }));
    const failed = await shown(await browser().signIn(ada));
    await Promise.all(sendings);

    expect(known).toEqual(unknown);
    expect(known).toEqual(failed);
    expect(log).toEqual([expect.objectContaining({ event: 'authjs.send_failed', code: 'auth_failed' })]);
    expect(inspect(log, { depth: 9 })).not.toMatch(/token=|ada@/);
  });
});

describe('the options', () => {
  const mailer = { send: async () => ({}) as never };
  const verification = { start: async () => ({}) as never };

  test.each<[string, object]>([
    ['mailer: pass either mailer, for links, or verification, for codes', {}],
    ['mailer: pass either mailer, for links, or verification, for codes', { mailer, verification }],
    ['mailer: must be a mailer', { mailer: {} }],
    ['verification: must be a verification', { verification: {} }],
    ['waitUntil: is required with deliver', { mailer, deliver: () => true }],
    ['type: must have a template that shows', { mailer: { ...mailer, canShow: () => false } }],
    [
      'type: must have a template that shows',
      { verification: { ...verification, findObstacle: () => 'No.' } },
    ],
    ['maxAge: must be a whole number', { mailer, maxAge: 1.5 }],
    ['linkguard: unknown option', { mailer, linkguard: {} }],
  ])('are refused: %s', (message, options) => {
    const create = () => createEmailProvider(options as EmailProviderOptions);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(message);
  });
});
