import { createHash } from 'node:crypto';
import { ConfigError, silentLogger } from '@postern/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openGuardBrowser } from '../../fixtures/guard-browser.js';
import { createLinkGuard, type LinkGuardOptions, type LinkProtection } from '../index.js';

const PAGE = 'https://app.example.com/open';
const TARGET = 'https://auth.example.com/verify?token=the-secret-token&next=%2Finbox';
const ORIGINS = ['https://app.example.com', 'https://auth.example.com'];
const keys = [{ id: 'first', secret: 'the first secret of the guard tests' }] as const;
const otherKeys = [{ id: 'other', secret: 'another secret of the guard tests' }] as const;

/** A guard at a fixed time, and a protection that lasts ten minutes. */
function setUp(options: Partial<LinkGuardOptions> = {}) {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const guard = createLinkGuard({
    keys,
    url: PAGE,
    origins: ORIGINS,
    logger: silentLogger,
    clock,
    ...options,
  });
  const expiresAt = new Date(clock.time + 600_000);
  const protect = (link = TARGET, more: Partial<LinkProtection> = {}) =>
    guard.protect(link, { expiresAt, ...more });
  return { clock, guard, protect, browser: () => openGuardBrowser(guard) };
}

const tokenOf = (link: string) => new URL(link).searchParams.get('token') ?? '';

describe('a link', () => {
  test.each<[string, RequestInit]>([
    ['GET', {}],
    ['HEAD', { method: 'HEAD' }],
    ['a prefetch', { headers: { 'Sec-Purpose': 'prefetch;prerender', Purpose: 'prefetch' } }],
    ['a client that accepts anything', { headers: { Accept: '*/*' } }],
    ['a scanner', { headers: { 'User-Agent': 'Mozilla/5.0 (compatible; BingPreview/1.0b)' } }],
    ['a method override', { headers: { 'X-HTTP-Method-Override': 'POST', 'X-HTTP-Method': 'POST' } }],
    ['a request from the same site', { headers: { 'Sec-Fetch-Site': 'same-origin' } }],
    ['OPTIONS', { method: 'OPTIONS' }],
    ['PUT', { method: 'PUT', body: 'code=1' }],
    ['DELETE', { method: 'DELETE' }],
  ])('is not used up or revealed by %s', async (_name, init) => {
    const { protect, browser } = setUp();
    const { link } = await protect();
    const visit = await browser().open(link, init);
    expect(visit.next).toBeUndefined();
    expect(visit.status).toBe(['OPTIONS', 'PUT', 'DELETE'].includes(init.method ?? '') ? 405 : 200);
    if (visit.status === 405) expect(visit.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(JSON.stringify([visit.text, ...visit.headers])).not.toMatch(/auth\.example|the-secret-token/);
  });

  test('has a page with one button, which leads to the original', async () => {
    const { protect, browser } = setUp();
    const { link, code, setCookie } = await protect(TARGET, { to: 'ada@example.com' });
    expect([code, setCookie]).toEqual([undefined, undefined]);
    const { text, hasButton } = await browser().open(link);
    expect(hasButton).toBe(true);
    expect(text).toContain('Press the button to continue as a***@example.com.');
    expect(text).not.toContain('ada@');
    const pressed = await browser().press(link);
    expect(pressed).toMatchObject({ status: 200, next: TARGET });
  });

  test('leads to the same origin from a page, because the original may redirect to another site', async () => {
    const { protect, browser } = setUp();
    const { link } = await protect(`${PAGE}/verify?token=x#here`);
    expect(await browser().press(link)).toMatchObject({ status: 200, next: `${PAGE}/verify?token=x#here` });
  });

  test('that accepts POST gets the POST request', async () => {
    const { protect, browser } = setUp();
    const { link } = await protect(`${PAGE}/verify?token=x`, { method: 'POST' });
    expect(await browser().press(link)).toMatchObject({ status: 307, next: `${PAGE}/verify?token=x` });
  });

  test('reveals neither the original nor the address, and is never the same', async () => {
    const { protect } = setUp({ binding: 'browser' });
    const links = await Promise.all([1, 2].map(() => protect(TARGET, { to: 'ada@example.com' })));
    for (const { link, setCookie = '' } of links) {
      const shown = [link, setCookie].flatMap((text) => [
        text,
        ...text.split(/[.=;]/).map((part) => Buffer.from(part, 'base64url').toString('latin1')),
      ]);
      for (const secret of ['auth.example', 'the-secret', 'ada', 'verify'])
        expect(shown.join('\n')).not.toContain(secret);
    }
    expect(new Set(links.map(({ link }) => link)).size).toBe(2);
  });

  test('has a bounded length', async () => {
    const { protect } = setUp({ binding: 'browser' });
    const longest = `https://auth.example.com/${'x'.repeat(1975)}`;
    const { link, setCookie = '' } = await protect(longest, { to: `ada@${'x'.repeat(60)}.example` });
    process.stdout.write(
      `a link of ${longest.length} characters: ${link.length}, cookie ${setCookie.length}\n`,
    );
    expect(link.length).toBeLessThan(3000);
    // https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.6
    expect(setCookie.length).toBeLessThan(4096);
    await expect(protect(`${longest}x`)).rejects.toMatchObject({ code: 'payload_invalid' });
  });

  test('expires, and cannot be opened with another key or for another purpose', async () => {
    const { clock, protect, browser } = setUp({ binding: 'browser' });
    const { link, setCookie = '' } = await protect();
    const { guard: other } = setUp({ keys: otherKeys });
    const elsewhere = openGuardBrowser(other);
    for (const act of ['open', 'press'] as const) {
      expect(await elsewhere[act](link)).toMatchObject({ status: 404, next: undefined });
      const box = setCookie.split(/[.;]/)[1];
      expect(await browser()[act](`${PAGE}?token=${box}`)).toMatchObject({ status: 404, next: undefined });
    }
    clock.time += 600_000;
    for (const act of ['open', 'press'] as const) {
      const visit = await browser()[act](link);
      expect(visit).toMatchObject({ status: 410, next: undefined, hasButton: false });
      expect(visit.text).toContain('It has expired. Request a new one.');
    }
  });

  test('is still opened after a rotation of the keys', async () => {
    const { link } = await setUp().protect();
    const { browser } = setUp({ keys: [...otherKeys, ...keys] });
    expect(await browser().press(link)).toMatchObject({ status: 200, next: TARGET });
  });

  test('that was changed or invented is a page with advice, never an error', async () => {
    const { protect, browser } = setUp();
    const { link } = await protect();
    const token = tokenOf(link);
    const position = fc.nat(token.length - 1);
    const changed = fc
      .tuple(position, fc.constantFrom(...'AZaz09-_'))
      .map(([at, character]) => token.slice(0, at) + character + token.slice(at + 1));
    const truncated = position.map((at) => token.slice(0, at));
    const extended = fc.string().map((more) => token + more);
    const tokens = fc.oneof(changed, truncated, extended, fc.string({ unit: 'binary' }), fc.base64String());
    await fc.assert(
      fc.asyncProperty(tokens, fc.constantFrom('open' as const, 'press' as const), async (text, act) => {
        fc.pre(text !== token);
        const visit = await browser()[act](`${PAGE}?token=${encodeURIComponent(text)}`);
        expect(visit).toMatchObject({ status: 404, next: undefined });
        expect(visit.text).toContain('This link doesn’t work');
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling domain', { 'Sec-Fetch-Site': 'same-site' }],
    ['another origin, in an old browser', { 'Sec-Fetch-Site': '', Origin: 'https://evil.example' }],
    ['an unknown origin, in an old browser', { 'Sec-Fetch-Site': '', Origin: 'null' }],
  ])('cannot be opened by a form on %s', async (_name, headers) => {
    const { protect, browser } = setUp({ binding: 'browser' });
    const protectedLink = await protect(TARGET, { codeInEmail: true });
    const first = browser();
    first.accept(protectedLink);
    for (const body of [null, new URLSearchParams({ code: protectedLink.code ?? '' })]) {
      const visit = await first.press(body ? PAGE : protectedLink.link, { headers, body });
      expect(visit).toMatchObject({ status: 403, next: undefined });
    }
  });

  test.each([
    'http://auth.example.com/',
    'javascript:alert(1)',
    '/verify',
    '//auth.example.com/verify',
    'https://user@auth.example.com/',
    `${TARGET}\n`,
    '',
    17,
    undefined,
  ])('must be an absolute https URL, not %j', async (link) => {
    const { guard } = setUp();
    const expiresAt = new Date();
    const error = await guard.protect(link as string, { expiresAt }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'payload_invalid', stage: 'payload' });
    expect(String(error)).not.toContain('auth.example');
  });

  test.each([
    ['https://evil.example/verify', undefined],
    ['https://auth.example.com.evil.example/', ORIGINS],
    ['https://auth.example.com:8443/', ORIGINS],
    [TARGET, undefined],
    [PAGE, ['https://auth.example.com']],
  ])('must have an allowed origin, not %s', async (link, origins) => {
    const error = await setUp({ origins })
      .protect(link)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'payload_invalid', hint: expect.stringContaining('origins') });
    expect(JSON.stringify(error)).not.toContain(new URL(link).host);
  });

  test('needs a valid time, and its own origin for the method POST', async () => {
    const { protect } = setUp();
    await expect(protect(TARGET, { expiresAt: new Date(Number.NaN) })).rejects.toThrow('expiresAt');
    await expect(protect(TARGET, { method: 'POST' })).rejects.toThrow('the origin of the guard');
  });
});

describe('a link that is bound to a browser', () => {
  test('has a button in the browser that requested it', async () => {
    const { protect, browser } = setUp({ binding: 'browser' });
    const protectedLink = await protect();
    const first = browser();
    first.accept(protectedLink);
    expect(await first.open(protectedLink.link)).toMatchObject({ hasButton: true, code: undefined });
    expect(await first.press(protectedLink.link)).toMatchObject({ next: TARGET });
  });

  test('shows a code in any other browser, even to a scanner that presses buttons', async () => {
    const { protect, browser } = setUp({ binding: 'browser' });
    const protectedLink = await protect();
    const first = browser();
    first.accept(protectedLink);
    const scanner = browser();
    const stranger = browser();
    stranger.accept(await protect());
    for (const other of [scanner, stranger]) {
      const opened = await other.open(protectedLink.link);
      expect(opened).toMatchObject({ status: 200, hasButton: false, next: undefined });
      expect(opened.text).toContain('app.example.com/open');
      expect(opened.text).toContain('Never share this code. Enter it only on your own device.');
      expect(await other.press(protectedLink.link)).toMatchObject({ status: 403, next: undefined });
    }
    const { code = '' } = await scanner.open(protectedLink.link);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    // The scanner knows the code and the link. Neither works without the cookie.
    expect(await scanner.enter(code)).toMatchObject({ status: 403, next: undefined });
    expect(await stranger.enter(code)).toMatchObject({ status: 400, next: undefined });

    expect((await first.open(PAGE)).text).toContain('<label for="code">Code</label>');
    for (const typed of [code, ` ${code.toLowerCase().replace('-', ' ')} `, code.replaceAll('0', 'o')])
      expect(await first.enter(typed)).toMatchObject({ status: 200, next: TARGET });
  });

  test('does not open with a wrong code, whatever it is', async () => {
    const { protect, browser } = setUp({ binding: 'browser' });
    const first = browser();
    first.accept(await protect());
    const alphabet = fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ');
    const codes = fc.oneof(fc.string(), fc.string({ unit: alphabet, minLength: 10, maxLength: 10 }));
    await fc.assert(
      fc.asyncProperty(codes, async (code) => {
        const visit = await first.enter(code);
        expect(visit).toMatchObject({ status: 400, next: undefined });
        expect(visit.text).toContain('role="alert"');
      }),
      { numRuns: 40 },
    );
  });

  test('is not opened by a forged or damaged cookie, which is never an error', async () => {
    const { protect, browser } = setUp({ binding: 'browser' });
    const { link, setCookie = '' } = await protect();
    const { code = '' } = await browser().open(link);
    const [cookie = ''] = setCookie.split(';');
    const forged = browser();
    const cookies = fc.oneof(
      fc.nat(cookie.length - 1).map((at) => cookie.slice(0, at)),
      fc.string().map((value) => `__Host-postern-link=${value}`),
      fc.base64String().map((value) => `__Host-postern-link=${'A'.repeat(22)}.${value}`),
    );
    await fc.assert(
      fc.asyncProperty(cookies, async (text) => {
        forged.cookie = text.replace(/[^\x20-\x7e]/g, '');
        const visits = [await forged.enter(code), await forged.press(PAGE), await forged.open(PAGE)];
        for (const { status, next } of visits) {
          expect(status).toBeLessThan(500);
          expect(next).toBeUndefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  test("protects against signing in to an attacker's account: the victim's browser has no button", async () => {
    const { protect, browser } = setUp({ binding: 'browser' });
    const attackers = await protect(TARGET, { to: 'eve@example.com' });
    expect(await browser().open(attackers.link)).toMatchObject({ hasButton: false, next: undefined });
  });

  test('sets a cookie that only the same host can set and read', async () => {
    const { protect } = setUp({ binding: 'browser' });
    const { setCookie = '' } = await protect();
    const [pair = '', ...attributes] = setCookie.split('; ');
    expect(pair).toMatch(/^__Host-postern-link=[\w-]{22}\.[\w-]+$/);
    expect(attributes).toEqual(['Max-Age=2592000', 'Path=/', 'HttpOnly', 'SameSite=Lax', 'Secure']);
    const local = setUp({ binding: 'browser', url: 'http://localhost:3000/open' });
    expect((await local.protect()).setCookie).toMatch(/^postern-link=.*SameSite=Lax$/);
  });

  test.each(['\u00a0', '\u2000', '\ufeff', '\u000b'])(
    'ignores a cookie with %j in front of its name, which a sibling domain can set',
    async (space) => {
      const { guard, protect } = setUp({ binding: 'browser' });
      const { link, setCookie = '' } = await protect();
      const [pair = ''] = setCookie.split(';');
      const showsButton = async (cookie: string) => {
        const header = (name: string) => (name === 'cookie' ? cookie : undefined);
        const path = link.slice(PAGE.length);
        const page = await guard.handle({ method: 'GET', path, header, native: undefined });
        return page.body?.includes('<button>');
      };
      expect(await showsButton(`a=b; ${space}${pair}`)).toBe(false);
      expect(await showsButton(`a=b;\t ${pair} ; c=d`)).toBe(true);
    },
  );

  test('stays usable after a link with a shorter life', async () => {
    const { clock, protect, browser } = setUp({ binding: 'browser' });
    const first = browser();
    const lasting = await protect();
    first.accept(lasting);
    for (const life of [60_000, -60_000]) {
      const expiresAt = new Date(clock.time + life);
      const { setCookie } = await protect(TARGET, { expiresAt, cookie: first.cookie });
      expect(setCookie).toContain('; Max-Age=2592000; ');
    }
  });

  test('stays usable after its browser requests more links', async () => {
    const { protect, browser } = setUp({ binding: 'browser', codeInEmail: true });
    const first = browser();
    const sent = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const target = `https://auth.example.com/${name}`;
      const protectedLink = await protect(target, { cookie: `theme=dark; ${first.cookie}` });
      first.accept(protectedLink);
      sent.push({ target, ...protectedLink });
    }
    for (const { target, link } of sent) expect(await first.press(link)).toMatchObject({ next: target });
    // The cookie has the codes of the last three.
    const byCode = await Promise.all(sent.map(({ code = '' }) => first.enter(code)));
    expect(byCode.map(({ next }) => next)).toEqual([undefined, ...sent.slice(1).map(({ target }) => target)]);
    const long = { cookie: first.cookie };
    const { setCookie = '' } = await protect(`https://auth.example.com/${'x'.repeat(1900)}`, long);
    expect(setCookie.length).toBeLessThan(4096);
  });

  test('has a code for its email only on request, and its code expires with it', async () => {
    const { clock, protect, browser } = setUp({ binding: 'browser' });
    expect(await protect()).not.toHaveProperty('code');
    const protectedLink = await protect(TARGET, { codeInEmail: true });
    const { code = '' } = protectedLink;
    const first = browser();
    first.accept(protectedLink);
    expect((await browser().open(protectedLink.link)).code).toBe(code);
    expect(await first.enter(code)).toMatchObject({ next: TARGET });
    clock.time += 600_000;
    expect(await first.enter(code)).toMatchObject({ status: 410, next: undefined });
    expect(await protect(TARGET, { binding: 'none', codeInEmail: true })).toEqual({
      link: expect.any(String),
    });
  });
});

describe('a page', () => {
  test('has no scripts, loads nothing, and cannot be cached or framed', async () => {
    const { protect, browser } = setUp();
    const { text, headers } = await browser().open((await protect()).link);
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
    expect(headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(text).not.toMatch(/<(?:script|link|iframe|img)\b|\bon\w+=|style=/);
  });

  test('shows the brand, and only its logo can load', async () => {
    const linkBrand = { name: 'Acme <&>', logoUrl: 'https://cdn.example/a.png?x=1&y', color: '#ffdd00' };
    const { protect, browser } = setUp({ linkBrand });
    const { text, headers } = await browser().open((await protect()).link);
    expect(text).toContain('<img src="https://cdn.example/a.png?x=1&amp;y" alt="Acme &lt;&amp;&gt;">');
    expect(text).toContain('background:#ffdd00;color:#000');
    expect(headers.get('content-security-policy')).toContain('; img-src https://cdn.example; ');
  });

  test("has the application's texts, and never fails with them", async () => {
    const title = '<script>alert(1)</script>';
    const { protect, browser } = setUp({ linkTexts: (locale) => ({ lang: `${locale}"><b>`, title }) });
    const headers = { 'Accept-Language': 'de-AT,de;q=0.8' };
    const { text } = await browser().open((await protect()).link, { headers });
    expect(text).toContain('<html lang="de-AT&quot;&gt;&lt;b&gt;" dir="ltr">');
    expect(text).not.toContain('<script');

    const broken = setUp({
      linkTexts: () => {
        throw new Error('the-secret-token');
      },
    });
    const visit = await broken.browser().open((await broken.protect()).link);
    expect(visit.status).toBe(500);
    expect(visit.text).not.toContain('the-secret-token');
  });

  test('is not logged with its token, code, or target', async () => {
    const log: unknown[] = [];
    const note = (event: unknown) => void log.push(event);
    const logger = { debug: note, info: note, warn: note, error: note };
    const { clock, protect, browser } = setUp({ binding: 'browser', logger });
    const { link } = await protect();
    const { code = '' } = await browser().open(link);
    await browser().enter(code);
    clock.time += 600_000;
    await browser().open(link);
    await browser().open(`${link}x`);
    expect(log).toMatchObject([
      { event: 'http.refused', code: 'link_expired', status: 410, route: 'GET /open' },
      { event: 'http.refused', code: 'link_not_found', status: 404, route: 'GET /open' },
    ]);
    expect(JSON.stringify(log)).not.toContain(code);
    expect(JSON.stringify(log)).not.toContain(tokenOf(link).slice(0, 20));
  });
});

test.each<[string, Partial<LinkGuardOptions>]>([
  ['keys', { keys: [] as never }],
  ['keys[0].secret', { keys: [{ id: 'a', secret: 'short' }] }],
  ['url', { url: 'http://app.example.com/open' }],
  ['url', { url: 'https://app.example.com/open?a=1' }],
  ['origins[0]', { origins: ['https://auth.example.com/path'] }],
  ['origins[0]', { origins: ['*'] }],
  ['binding', { binding: 'ip' as never }],
  ['linkBrand.color', { linkBrand: { name: 'Acme', color: 'red' } }],
  ['linkBrand.logoUrl', { linkBrand: { name: 'Acme', logoUrl: 'data:image/png,x' } }],
  ['brand', { brand: { name: 'Acme' } } as never],
])('reports the option %s', (path, options) => {
  const create = () => setUp(options);
  expect(create).toThrow(ConfigError);
  expect(create).toThrow(path);
});
