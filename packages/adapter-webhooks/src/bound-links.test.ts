import { createLinkGuard } from '@postern/http';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  AUTH_SYSTEMS,
  type AuthSystem,
  kratosCall,
  supabaseCall,
  zitadelCall,
} from '../fixtures/auth-systems.js';
import { LINK, LINK_CALLS } from '../fixtures/link-calls.js';
import { NOW, openWorld } from '../fixtures/webhook-world.js';
import { createKratosWebhook, createSupabaseWebhook, createZitadelWebhook } from './index.js';

const guard = createLinkGuard({
  keys: [{ id: '2026-11', secret: 's'.repeat(32) }],
  url: 'https://app.example.com/open',
  origins: ['https://auth.example.com', 'https://project.supabase.co', 'https://id.example.com'],
  clock: { now: () => NOW },
});

/** What a browser with these cookies sees: the page of a link, and the page after the button is pressed. */
async function visit(link: string, setCookie = '') {
  const open = async (method: string) => {
    const headers = { 'Sec-Fetch-Site': 'same-origin', Cookie: setCookie.split(';')[0] ?? '' };
    const response = await guard.fetch(new Request(link, { method, headers }));
    return { status: response.status, text: await response.text() };
  };
  return { page: await open('GET'), pressed: await open('POST') };
}

/** The link in the only email of a call. */
async function linkIn(system: AuthSystem, call: object, options: Parameters<typeof openWorld>[1] = {}) {
  const { post, transport } = openWorld(system, { linkGuard: guard, ...options });
  expect((await post(call)).status).toBe(204);
  expect(transport.emails).toHaveLength(1);
  return transport.emails[0]?.text.split('|')[1] ?? '';
}

const systemNamed = (name: AuthSystem['name']) =>
  AUTH_SYSTEMS.find((system) => system.name === name) ?? expect.unreachable();
const queryOf = (url: string | null | undefined) => URL.parse(url ?? '')?.searchParams.get('browser');

describe('the text reaches the webhook through', () => {
  /** How each system passes the text on, as its guide shows. */
  const WAYS: [string, AuthSystem['name'], AuthSystem['createWebhook'], (browser: string) => object][] = [
    [
      'the redirect URL of Supabase',
      'supabase',
      (options) =>
        createSupabaseWebhook({
          ...options,
          secret: systemNamed('supabase').secret,
          browser: ({ email_data }) => queryOf(email_data.redirect_to),
        }),
      (browser) => supabaseCall({ redirect_to: `https://app.example.com/welcome?a=1&browser=${browser}` }),
    ],
    [
      'the transient payload of Kratos',
      'kratos',
      (options) =>
        createKratosWebhook({
          ...options,
          secret: systemNamed('kratos').secret,
          browser({ template_data }) {
            const { browser } = template_data.transient_payload ?? {};
            return typeof browser === 'string' ? browser : undefined;
          },
        }),
      (browser) => kratosCall('recovery_valid', { recovery_url: LINK, transient_payload: { browser } }),
    ],
    [
      'the URL template of Zitadel',
      'zitadel',
      (options) =>
        createZitadelWebhook({
          ...options,
          secret: systemNamed('zitadel').secret,
          browser: ({ templateData }) => queryOf(templateData.url),
        }),
      (browser) =>
        zitadelCall('user.human.password.code.added', `${LINK}&browser=${browser}`, { code: '305805' }),
    ],
  ];

  test.each(WAYS)('%s', async (_way, name, createWebhook, callWith) => {
    const system = { ...systemNamed(name), createWebhook };
    const { browser, setCookie } = await guard.bindBrowser();
    const link = await linkIn(system, callWith(browser));
    expect(link).not.toContain(browser);

    const person = await visit(link, setCookie);
    expect(person.page.text).toContain('<button>');
    expect(person.pressed.text).toContain('http-equiv="refresh"');
    for (const other of [undefined, (await guard.bindBrowser()).setCookie]) {
      const { page, pressed } = await visit(link, other);
      expect([page.status, pressed.status]).toEqual([200, 403]);
      expect(page.text + pressed.text).not.toMatch(/<button>|http-equiv="refresh"/);
    }

    const { page } = await visit(await linkIn(system, LINK_CALLS[name] ?? system.call()));
    expect(page.text).toContain('<button>');
  });
});

describe.each(AUTH_SYSTEMS.map((system) => [system.name, system] as const))('%s', (name, system) => {
  const call = LINK_CALLS[name] ?? system.call();

  test('a link without a browser is not bound', async () => {
    for (const nothing of [undefined, null]) {
      const { pressed } = await visit(await linkIn(system, call, { browser: () => nothing }));
      expect(pressed.text).toContain('http-equiv="refresh"');
    }
  });

  test('a value that the guard did not create sends no email, and is not logged', async () => {
    const { browser } = await guard.bindBrowser();
    const values = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.constant(browser.slice(1)),
      fc.constant(`${browser}A`),
      // Any JSON value can pass through the auth system, and callers in JavaScript do not check its type.
      fc.constantFrom<unknown>(17, false, [], {}, { cookie: 'a=b' }, { cookie: 'a=b', setCookie: 'c=d' }),
    );
    let attempt = 0;
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const options = { linkGuard: guard, browser: () => value as string };
        const { post, transport, log } = openWorld(system, options);
        const answer = await post(call, `attempt-${attempt++}`);
        const refused = { status: answer.status, body: await answer.text() };
        expect(refused.status).toBe(name === 'supabase' ? 200 : 400);
        expect(transport.emails).toEqual([]);
        expect(log).toMatchObject([{ event: 'http.refused', code: 'payload_invalid' }]);
        if (typeof value === 'string' && value.length > 20)
          expect(JSON.stringify([log, refused])).not.toContain(value);
      }),
      { numRuns: 20 },
    );
  });

  test('requires a link guard', () => {
    expect(() => openWorld(system, { browser: () => undefined })).toThrow(
      /linkGuard: is required with browser/,
    );
  });
});

test('emails without a link, and notices, do not ask for the browser', async () => {
  const browser = vi.fn(() => undefined);
  const options = { linkGuard: guard, browser };
  const { post, transport } = openWorld(systemNamed('kratos'), options);
  await post(kratosCall('login_code_valid', { login_code: '305805' }));
  await post(kratosCall('verifiable_address_changed', { recovery_url: LINK }));
  expect(transport.emails).toHaveLength(2);
  expect(browser).not.toHaveBeenCalled();
});
