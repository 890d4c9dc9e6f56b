/** Scanners do everything that they can with links that are bound to a browser, and the person still gets in. */
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../scripts/free-port.ts';
import { createBetterAuthApp } from './better-auth-app.ts';
import { writeGuides } from './guide.ts';
import { scan } from './scan.ts';
import { openScanWorld, submit } from './scan-world.ts';

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

/** The scanner reaches the guard's page, which has nothing to click. Returns the code on the page. */
async function scanBound(link: string): Promise<string> {
  const { statuses, pages, clicks } = await scan(browser, link);
  expect({ statuses, clicks }).toEqual({
    statuses: { HEAD: 200, GET: 200, OPTIONS: 405, POST: 403 },
    clicks: [],
  });
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
