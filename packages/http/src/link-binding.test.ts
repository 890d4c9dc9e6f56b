import { createMailer } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { createVerification, memoryStore } from '@postern/verification';
import { expect, test } from 'vitest';
import {
  createFetchHandler,
  createLinkGuard,
  type FetchHandlerOptions,
  type LinkGuardOptions,
} from './index.js';

const ORIGIN = 'https://app.example.com';
const keys = [{ id: 'test', secret: 's'.repeat(32) }] as const;
const PAGE = { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };
const to = 'ada@example.com';

/** The routes under `/mail`, with links that are bound to a browser. */
function setUp({
  codeInEmail,
  linkUrl = `${ORIGIN}/mail/links/{token}`,
  ...options
}: Partial<FetchHandlerOptions> & Pick<LinkGuardOptions, 'codeInEmail'> & { linkUrl?: string } = {}) {
  const transport = createMemoryTransport();
  const content = '{{code}} {{link}}';
  const template = { usageType: 'Generic', contentType: 'text/plain', subject: 'Sign in', content } as const;
  const config = { fromEmail: 'noreply@example.com', templates: [template] };
  const mailer = createMailer({ config, transport, missingVariable: 'empty' });
  const answer = createFetchHandler({
    mailer,
    verification: createVerification({ mailer, store: memoryStore(), keys, linkUrl }),
    linkGuard: createLinkGuard({ keys, url: `${ORIGIN}/mail/open`, binding: 'browser', codeInEmail }),
    authorize: () => false,
    onVerified: (person) => ({ redirectTo: `/welcome?${person.to}` }),
    basePath: '/mail',
    clientAddress: () => '203.0.113.7',
    ...options,
  });
  const call = (url: string, init: RequestInit = {}) => answer(new Request(new URL(url, ORIGIN), init));
  const start = async (email = to) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await call('/mail/links', { method: 'POST', headers, body: JSON.stringify({ email }) });
    return { status: response.status, Cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  /** Sends a form, and follows redirects that repeat the request. */
  const press = async (
    url: string,
    headers: Record<string, string> = {},
    code?: string,
  ): Promise<Response> => {
    const body = code === undefined ? null : new URLSearchParams({ code });
    const response = await call(url, { method: 'POST', headers: { ...PAGE, ...headers }, body });
    const location = response.headers.get('location') ?? '';
    return response.status === 307 ? press(location, headers) : response;
  };
  return { transport, call, start, press };
}

test('a link signs in the browser that requested it, with one press, and no other browser', async () => {
  const { transport, call, start, press } = setUp();
  const { Cookie } = await start();
  const link = await transport.inbox.waitForLink(to);
  expect(link).toMatch(/^https:\/\/app\.example\.com\/mail\/open\?token=/);

  const scanned = await call(link, { headers: PAGE });
  const [, code = ''] = /<strong[^>]*>([^<]+)</.exec(await scanned.text()) ?? [];
  expect((await press(link)).status).toBe(403);
  expect((await press('/mail/open', {}, code)).status).toBe(403);

  const page = await (await call(link, { headers: { ...PAGE, Cookie } })).text();
  expect(page).toContain('Press the button to continue as a***@example.com.');
  const pressed = await press(link, { Cookie });
  expect([pressed.status, pressed.headers.get('location')]).toEqual([303, `/welcome?${to}`]);
  // The link is used up, and so is its code.
  expect((await press('/mail/open', { Cookie }, code)).status).toBe(404);
});

test.each([true, false])(
  'a code signs in, from the email (%s) or from another browser',
  async (codeInEmail) => {
    const { transport, call, start, press } = setUp({ codeInEmail });
    const { Cookie } = await start();
    const { text } = await transport.inbox.waitForEmail(to);
    const [sent = ''] = /^[\dA-Z]{5}-[\dA-Z]{5}/.exec(text) ?? [];
    expect(sent !== '').toBe(codeInEmail);
    const link = await transport.inbox.waitForLink(to);
    const [, shown = ''] =
      /<strong[^>]*>([^<]+)</.exec(await (await call(link, { headers: PAGE })).text()) ?? [];
    if (codeInEmail) expect(shown).toBe(sent);
    const entered = await press('/mail/open', { Cookie }, shown);
    expect([entered.status, entered.headers.get('location')]).toEqual([303, `/welcome?${to}`]);
    // The same spend: the link no longer works.
    expect((await press(link, { Cookie })).status).toBe(404);
  },
);

test('the response is the same for an address without an account', async () => {
  const { transport, start } = setUp({ onStart: ({ email }) => (email === to ? 'send' : 'pretend') });
  const [real, pretended] = [await start(), await start('eve@example.com')];
  expect([real.status, pretended.status]).toEqual([204, 204]);
  expect(pretended.Cookie.length).toBe(real.Cookie.length);
  expect(transport.inbox.messages.map((email) => email.to)).toEqual([to]);
});

test('the cookie is set before the email is sent, with waitUntil', async () => {
  const sendings: Promise<void>[] = [];
  const { transport, start, press } = setUp({ waitUntil: (sending) => void sendings.push(sending) });
  const { Cookie } = await start();
  await Promise.all(sendings);
  expect((await press(await transport.inbox.waitForLink(to), { Cookie })).status).toBe(303);
});

test('a link to a page of the application is opened with GET', async () => {
  const { transport, call, start } = setUp({ linkUrl: `${ORIGIN}/sign-in/confirm` });
  const { Cookie } = await start();
  const link = await transport.inbox.waitForLink(to);
  const response = await call(link, { method: 'POST', headers: { ...PAGE, Cookie } });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain(`content="0;url=${ORIGIN}/sign-in/confirm?token=`);
});
