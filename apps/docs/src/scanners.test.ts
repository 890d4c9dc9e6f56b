/** Scanners do everything that they can with links that are bound to a browser, and the person still gets in. */
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { createBetterAuthApp } from './better-auth-app.ts';
import { writeGuides } from './guide.ts';
import { startKratos } from './kratos.ts';
import { scan } from './scan.ts';
import { openScanWorld, submit } from './scan-world.ts';
import { startSupabase } from './supabase.ts';
import { WEBHOOK_CALLS } from './webhook-calls.ts';

const { open: openGuide } = await writeGuides(['Auth systems']);
const { browser, trap, env, openPerson, serveApp, defer } = await openScanWorld();
const betterAuth = await openBetterAuth();

/** A site whose links are bound to the browser that requests them. */
interface Site {
  /** Requests a link on the site's page. */
  request(person: Page, email: string): Promise<void>;
  /** The page on which a person enters a code. */
  readonly codePage: string;
  /** The text of the page that a signed-in person sees. */
  hello(email: string): string;
}

async function openProtectLinks(): Promise<Site> {
  const { origin } = await openGuide('protect-links').serve('server.ts', env);
  return {
    async request(person, email) {
      await person.goto(origin);
      await submit(person, { Email: email }, 'Send link');
      await person.waitForURL(`${origin}/open`);
    },
    codePage: `${origin}/open`,
    hello: (email) => `Signed in as ${email}.`,
  };
}

async function openAuthJs(): Promise<Site> {
  const server = await openGuide('authjs').serve('server.ts', env);
  const origin = server.origin.replace('127.0.0.1', 'localhost');
  return {
    async request(person, email) {
      await person.goto(`${origin}/auth/signin?callbackUrl=/`);
      await submit(person, { Email: email }, 'Sign in with Email');
      await person.waitForURL(`${origin}/auth/verify-request?*`);
    },
    codePage: `${origin}/open`,
    hello: (email) => `Hello, ${email}.`,
  };
}

async function openBetterAuth(): Promise<Site & { origin: string }> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  for (const [name, value] of Object.entries({ ...env, ORIGIN: origin })) vi.stubEnv(name, value);
  const guide = openGuide('better-auth');
  const { auth, linkGuard } = await import(guide.path('auth.ts'));
  const { mailer } = await import(guide.path('mail.ts'));
  vi.unstubAllEnvs();
  defer(() => mailer.close());
  serveApp(createBetterAuthApp(auth, linkGuard), port);
  return {
    origin,
    async request(person, email) {
      await person.goto(`${origin}/link`);
      await submit(person, { Email: email }, 'Send');
      await person.getByRole('status').getByText('200').waitFor();
    },
    codePage: `${origin}/open`,
    hello: (email) => `Hello, ${email}.`,
  };
}

/** The statuses of a link in other browsers than the one that requested it. */
const BOUND = { HEAD: 200, GET: 200, OPTIONS: 405, POST: 403 };

/** The scanner reaches the guard's page, which has nothing to click. Returns the code on the page. */
async function scanBound(link: string): Promise<string> {
  const { statuses, pages, clicks } = await scan(browser, link);
  expect({ statuses, clicks }).toEqual({ statuses: BOUND, clicks: [] });
  expect(pages).toEqual([expect.stringContaining('You requested this link in a different browser.')]);
  return /\b[A-Z0-9]{5}-[A-Z0-9]{5}\b/.exec(pages.join())?.[0] ?? '';
}

describe.each([
  ['a site that sends its own links', openProtectLinks],
  ['Better Auth', async () => betterAuth],
  ['Auth.js', openAuthJs],
])('%s: a scanner cannot redeem a link', (_, openSite) => {
  test('that the person opens in the same browser, or enters a code for', async () => {
    const { request, codePage, hello } = await openSite();
    const ada = 'ada@example.com';
    const person = await openPerson();
    await request(person, ada);
    const link = await trap.inbox.waitForLink(ada);
    await scanBound(link);
    await person.goto(link);
    await person.getByText('Press the button to continue as a***@example.com.').waitFor();
    await person.getByRole('button', { name: 'Continue' }).click();
    await person.getByText(hello(ada)).waitFor();
    trap.inbox.clear();

    const bob = 'bob@example.com';
    const other = await openPerson();
    await request(other, bob);
    const otherLink = await trap.inbox.waitForLink(bob);
    const code = await scanBound(otherLink);
    const phone = await openPerson();
    await phone.goto(otherLink);
    await phone.getByText(code).waitFor();
    await other.goto(codePage);
    await submit(other, { Code: 'AAAAA-AAAAA' }, 'Continue');
    await other.getByRole('alert').waitFor();
    await submit(other, { Code: code.toLowerCase() }, 'Continue');
    await other.getByText(hello(bob)).waitFor();
    trap.inbox.clear();
  });
});

describe('Better Auth: a scanner clicks the button of a link that is not bound to a browser', () => {
  const { origin, hello } = betterAuth;
  const email = 'carol@example.com';

  /** Sends the form of a page, and returns the link in the email. */
  async function request(person: Page, path: string, fields = {}): Promise<string> {
    trap.inbox.clear();
    await person.goto(origin + path);
    await submit(person, { Email: email, ...fields }, 'Send');
    return trap.inbox.waitForLink(email);
  }

  async function signIn(person: Page, password: string): Promise<void> {
    await person.goto(`${origin}/sign-in`);
    await submit(person, { Email: email, Password: password }, 'Send');
    await person.getByRole('status').getByText('200').waitFor();
    await person.goto(origin);
    await person.getByText(hello(email)).waitFor();
  }

  test('verifies the address, and the person signs in', async () => {
    const person = await openPerson();
    const link = await request(person, '/sign-up', { Password: 'correct horse' });

    const { pages, clicks } = await scan(browser, link);
    expect(clicks).toEqual(['Continue']);
    expect(pages[1]).toContain(hello(email));

    await person.goto(link);
    await person.getByRole('button', { name: 'Continue' }).click();
    await person.getByText('Hello, stranger.').waitFor();
    await signIn(person, 'correct horse');
  });

  test('does not reset the password, and the person does', async () => {
    const person = await openPerson();
    const link = await request(person, '/forgot');

    const { pages, clicks } = await scan(browser, link);
    expect(clicks).toEqual(['Continue', 'Send']);
    expect(pages[1]).toContain('Password');

    await person.goto(link);
    await person.getByRole('button', { name: 'Continue' }).click();
    await submit(person, { Password: 'battery staple' }, 'Send');
    await person.getByRole('status').getByText('200').waitFor();
    await signIn(person, 'battery staple');
  });
});

/** A site that asks an auth system for a link. The auth system sends it through the site's webhook. */
interface WebhookSite {
  request(person: Page, email: string): Promise<void>;
  /** The page to which the auth system redirects a person who is signed in. */
  readonly home: RegExp;
}

async function openSupabase(): Promise<WebhookSite> {
  const supabase = await startSupabase();
  const { origin } = await openGuide('supabase').serve('protected-server.ts', {
    ...{ ...env, SEND_EMAIL_HOOK_SECRET: WEBHOOK_CALLS.supabase?.secret ?? '' },
    ...{ SUPABASE_URL: supabase.url, SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_test' },
  });
  supabase.hook = `${origin}/webhooks/supabase`;
  return {
    async request(person, email) {
      await person.goto(origin);
      await submit(person, { Email: email }, 'Send link');
      await person.getByText('Check your email.').waitFor();
    },
    home: /\/welcome\?browser=[\w-]+#access_token=/,
  };
}

async function openKratos(): Promise<WebhookSite> {
  const kratos = await startKratos();
  const secret = WEBHOOK_CALLS.kratos?.secret ?? '';
  const { origin } = await openGuide('kratos').serve('protected-server.ts', {
    ...{ ...env, KRATOS_SECRET: secret, KRATOS_URL: kratos.url },
  });
  Object.assign(kratos, { hook: `${origin}/webhooks/kratos`, ui: `${origin}/recovery` });
  return {
    async request(person, email) {
      await person.goto(`${kratos.url}/self-service/recovery/browser`);
      await person.locator('[name=email]').fill(email);
      await person.locator('[name=method]').click();
      await person.getByText('An email was sent.').waitFor();
    },
    home: /\/settings$/,
  };
}

test.each([
  ['Supabase', openSupabase],
  ['Kratos', openKratos],
])('%s: a scanner cannot redeem a link that the webhook binds to a browser', async (_, openSite) => {
  const { request, home } = await openSite();
  const email = 'ada@example.com';
  const person = await openPerson();
  trap.inbox.clear();
  await request(person, email);
  const link = await trap.inbox.waitForLink(email);

  const { statuses, pages, clicks } = await scan(browser, link);
  expect({ statuses, clicks }).toEqual({ statuses: BOUND, clicks: [] });
  expect(pages).toEqual([expect.stringContaining('Continue in the browser where you started')]);
  const phone = await openPerson();
  await phone.goto(link);
  await phone.getByRole('heading', { name: 'Continue in the browser where you started' }).waitFor();

  await person.goto(link);
  await person.getByRole('button', { name: 'Continue' }).click();
  await person.waitForURL(home);
});
