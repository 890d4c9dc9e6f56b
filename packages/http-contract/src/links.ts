import { createHash } from 'node:crypto';
import {
  type HttpHarnessFactory,
  openWorld,
  somebody,
  type World,
  type WorldOptions,
} from './contract-world.js';
import { describe, expect, test } from './suite.js';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Site': 'same-origin' };

/** Tests link pages and their button. */
export function describeLinks(factory: HttpHarnessFactory): void {
  async function openLink(options: WorldOptions = {}, body: object = {}) {
    const world = await openWorld(factory, options);
    const email = somebody();
    const { status, headers } = await world.post('/links', { email, ...body });
    expect(status).toBe(204);
    const cookie = headers['set-cookie']?.[0]?.split(';')[0];
    return { world, email, path: await world.linkTo(email), cookie };
  }
  const press = (world: World, path: string, headers: object = BROWSER) =>
    world.post(path, undefined, { ...headers });

  describe('a link', () => {
    test('stays valid however often it is opened, until its button is pressed', async () => {
      const { world, path } = await openLink();
      for (const method of ['GET', 'HEAD', 'GET', 'HEAD', 'GET']) {
        const answer = await world.send(path, { method, headers: BROWSER });
        expect(answer.status).toBe(200);
      }
      expect((await press(world, path)).status).toBe(200);
      for (const answer of [await world.send(path, { headers: BROWSER }), await press(world, path)]) {
        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toMatch(/^text\/html/);
        expect(answer.text).toContain('It was already used');
      }
      expect((await world.send(path)).json()).toMatchObject({ code: 'link_not_found' });
    });

    test('works once for simultaneous requests', async () => {
      const { world, path } = await openLink();
      const answers = await Promise.all(Array.from({ length: 10 }, () => press(world, path)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(404)]);
    });

    test('shows a page without scripts, resources, or secrets', async () => {
      const { world, email, path } = await openLink();
      const { headers, text } = await world.send(path, { headers: BROWSER });
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        vary: expect.stringContaining('Accept'),
      });
      const [, style = ''] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
      const policy = String(headers['content-security-policy']).split('; ');
      expect(policy).toEqual([
        "default-src 'none'",
        `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]);
      expect(text).toMatch(/<form method="post">\s*<button>/);
      expect(text.match(/<(?:form|button|script|img|link|iframe|a)\b/g)).toEqual(['<form', '<button']);
      // The token does not appear in the form's URL, either.
      expect(text).not.toContain(path.split('/').at(-1));
      expect(text).toContain(`${email[0]}***@example.com`);
      expect(text).not.toContain(email);
    });

    test("escapes the texts on its page and shows them in the reader's language", async () => {
      const { world, path } = await openLink({
        linkTexts: (locale) => ({
          lang: `${locale}"><script>`,
          title: '<script>alert(1)</script>',
          text: `'"&<img src=x onerror=alert(1)> {address} {address}`,
          button: '</button><script>',
        }),
      });
      const { text } = await world.send(path, {
        headers: { ...BROWSER, 'Accept-Language': 'de-AT,de;q=0.8' },
      });
      expect(text).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
      expect(text).toContain('lang="de-AT&quot;&gt;');
      expect(text.match(/a\*\*\*@example\.com/g)).toHaveLength(2);
    });

    test.each([
      ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
      ['a sibling domain', { 'Sec-Fetch-Site': 'same-site' }],
      ['another origin, in an old browser', { Origin: 'https://evil.example' }],
      ['an unknown origin, in an old browser', { Origin: 'null' }],
      ['an invalid origin', { Origin: 'evil' }],
    ])('cannot be used from %s', async (_name, headers) => {
      const { world, path } = await openLink();
      const page = await press(world, path, { ...headers, Accept: 'text/html' });
      expect(page.status).toBe(403);
      expect(page.headers['content-type']).toMatch(/^text\/html/);
      expect((await press(world, path, headers)).json()).toMatchObject({ code: 'cross_site' });
      // The link is still valid.
      const Origin = new URL(world.url).origin;
      expect((await press(world, path, { Origin })).status).toBe(204);
    });

    test('opens only in the browser that requested it, if it is bound to that browser', async () => {
      const { world, path, cookie } = await openLink({ linkBinding: 'browser' });
      const other = await world.send(path, { headers: BROWSER });
      const [, code = ''] = /<strong[^>]*>([^<]+)</.exec(other.text) ?? [];
      expect((await press(world, path)).status).toBe(403);

      const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...BROWSER };
      const enter = (headers: object) =>
        world.post('/open', `code=${code.toLowerCase()}`, { ...form, ...headers });
      expect((await enter({})).status).toBe(403);
      const entered = await enter({ Cookie: cookie });
      // The redirect repeats the POST request.
      expect(entered.status).toBe(307);
      expect((await press(world, world.pathOf(String(entered.headers.location)))).status).toBe(200);
    });

    test('expires', async () => {
      const { world, path } = await openLink();
      world.clock.time += 600_000;
      for (const method of ['GET', 'POST']) {
        const page = await world.send(path, { method, headers: BROWSER });
        expect(page.status).toBe(410);
        expect(page.text).toContain('It has expired');
        const problem = await world.send(path, { method });
        expect(problem.json()).toMatchObject({ status: 410, code: 'link_expired' });
      }
    });

    test('redirects only to allowed origins', async () => {
      const policy = { redirectOrigins: ['https://app.example.com'], cooldownMs: 0 };
      const redirectTo = `https://app.example.com/inbox?a="b"&c=<d>`;
      const { world, path } = await openLink({ policy }, { redirectTo });
      const page = await press(world, path);
      // A page redirects, because `form-action 'self'` blocks redirects of the form to another site.
      expect(page.status).toBe(200);
      expect(page.text).toContain(
        '<meta http-equiv="refresh" content="0;url=https://app.example.com/inbox?a=%22b%22&amp;c=%3Cd%3E">',
      );
      for (const elsewhere of [
        'https://evil.example/',
        '//evil.example/',
        'https://app.example.com@evil.example/',
        'javascript:alert(1)',
        'blob:https://app.example.com/x',
        '/inbox',
      ]) {
        const answer = await world.post('/links', { email: somebody(), redirectTo: elsewhere });
        expect(answer.json()).toMatchObject({ status: 400, code: 'payload_invalid' });
      }
    });

    test('redirects to a path on the same site with a 303', async () => {
      const { world, path } = await openLink({ onVerified: () => ({ redirectTo: '/welcome?a=1#b' }) });
      const answer = await press(world, path);
      expect(answer).toMatchObject({ status: 303, text: '', headers: { location: '/welcome?a=1#b' } });
    });

    test.each([
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '/.//evil.example',
      '/a/%2E.//evil.example',
      'javascript:alert(1)',
      'blob:https://app.example.com/x',
      'http://app.example.com/',
      'https://user@app.example.com/',
      'https:\\\\app.example.com',
      ' https://app.example.com/',
      'welcome',
    ])('never redirects to %j, even if a hook returns it', async (redirectTo) => {
      const { world, path } = await openLink({ onVerified: () => ({ redirectTo }) });
      const answer = await press(world, path);
      expect(answer.status).toBe(500);
      expect(answer.headers.location).toBeUndefined();
    });

    test('returns JSON to clients that are not browsers', async () => {
      const { world, path } = await openLink({
        onVerified: () => ({ redirectTo: '/welcome', body: { name: 'Ada' } }),
      });
      const answer = await press(world, path, {});
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({ name: 'Ada', redirectTo: '/welcome' });
    });
  });
}
