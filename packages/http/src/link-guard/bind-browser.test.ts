import { MailError, silentLogger } from '@postern/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openGuardBrowser } from '../../fixtures/guard-browser.js';
import { createLinkGuard, type LinkGuardOptions, type LinkProtection } from '../index.js';

const PAGE = 'https://app.example.com/open';
const TARGET = 'https://auth.example.com/verify?token=the-secret-token';
const keys = [{ id: 'first', secret: 'the first secret of the guard tests' }] as const;
const otherKeys = [{ id: 'other', secret: 'another secret of the guard tests' }] as const;
const expiresAt = new Date(Date.now() + 600_000);

/** A guard whose links are bound to a browser only on request. */
const openGuard = (options: Partial<LinkGuardOptions> = {}) =>
  createLinkGuard({
    ...{ keys, url: PAGE, origins: ['https://auth.example.com'], logger: silentLogger },
    ...options,
  });

const guard = openGuard();
const protect = (more: Partial<LinkProtection>) => guard.protect(TARGET, { expiresAt, ...more });

/** A browser that has requested a link, and the encrypted ID that goes through the auth system. */
async function openRequester() {
  const requester = openGuardBrowser(guard);
  const { browser, setCookie } = await guard.bindBrowser(null);
  requester.accept({ link: '', setCookie });
  return { requester, browser };
}

const idIn = (cookie = '') => /link=([\w-]{22})/.exec(cookie)?.[1] ?? expect.unreachable();

test.each(['none', 'browser'] as const)(
  'only the browser that requested the link gets the button, if the binding of the guard is %s',
  async (binding) => {
    const bound = openGuard({ binding, codeInEmail: true });
    const { requester, browser } = await openRequester();
    const { link, ...more } = await bound.protect(TARGET, { expiresAt, browser, to: 'ada@example.com' });
    expect(more).toEqual({});

    const stranger = openGuardBrowser(bound);
    stranger.accept({ link: '', setCookie: (await bound.bindBrowser()).setCookie });
    for (const other of [openGuardBrowser(bound), stranger]) {
      for (const [act, status] of [
        ['open', 200],
        ['press', 403],
      ] as const) {
        const visit = await other[act](link);
        expect(visit).toMatchObject({ status, hasButton: false, code: undefined, next: undefined });
        expect(visit.text).toContain('Open it there, or request a new one in this browser.');
        expect(visit.text).not.toMatch(/<(?:form|button|input|a)\b|ada@|auth\.example/);
      }
      for (const text of ['', browser, idIn(requester.cookie)])
        expect(await other.enter(text)).toMatchObject({ next: undefined, hasButton: false });
    }
    expect(await requester.open(link)).toMatchObject({ status: 200, hasButton: true });
    expect(await requester.press(link)).toMatchObject({ status: 200, next: TARGET });
  },
);

test('the encrypted ID reveals nothing about the browser, and is never the same', async () => {
  const { requester, browser } = await openRequester();
  const id = idIn(requester.cookie);
  const texts = [browser];
  for (let count = 0; count < 20; count++) texts.push((await guard.bindBrowser(requester.cookie)).browser);
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) {
    expect(text).toMatch(/^[\w-]{1,99}$/);
    const shown = [text, Buffer.from(text, 'base64url').toString('latin1')].join('\n');
    for (const secret of [id, Buffer.from(id, 'base64url').toString('latin1')])
      expect(shown).not.toContain(secret);
    expect(await requester.press((await protect({ browser: text })).link)).toMatchObject({ next: TARGET });
  }
});

test('the cookie keeps the codes of earlier links', async () => {
  const { requester } = await openRequester();
  expect(requester.cookie).toMatch(/^__Host-postern-link=[\w-]{22}$/);
  const byCode = await protect({ binding: 'browser', codeInEmail: true, cookie: requester.cookie });
  requester.accept(byCode);
  const { browser, setCookie } = await guard.bindBrowser(`theme=dark; ${requester.cookie}`);
  expect(setCookie).toBe(byCode.setCookie);
  requester.accept({ link: '', setCookie });
  expect(await requester.enter(byCode.code ?? '')).toMatchObject({ next: TARGET });
  for (const { link } of [byCode, await protect({ browser })])
    expect(await requester.press(link)).toMatchObject({ next: TARGET });
});

test('a rotation of the keys ends a browser when its key is removed', async () => {
  const { requester, browser } = await openRequester();
  const rotated = openGuard({ keys: [...otherKeys, ...keys] });
  const { link } = await rotated.protect(TARGET, { expiresAt, browser });
  const elsewhere = openGuardBrowser(rotated);
  elsewhere.cookie = requester.cookie;
  expect(await elsewhere.press(link)).toMatchObject({ next: TARGET });
  const renewed = openGuard({ keys: otherKeys });
  await expect(renewed.protect(TARGET, { expiresAt, browser })).rejects.toMatchObject({
    code: 'payload_invalid',
  });
  // The cookie contains no key, so the same browser gets a new text.
  const again = await renewed.bindBrowser(requester.cookie);
  const renewedLink = await renewed.protect(TARGET, { expiresAt, browser: again.browser });
  const current = openGuardBrowser(renewed);
  current.cookie = requester.cookie;
  expect(await current.press(renewedLink.link)).toMatchObject({ next: TARGET });
});

const refusal = (browser: string) => protect({ browser }).catch((thrown: unknown) => thrown);

test('other sealed texts are not a browser, and a browser is not a link', async () => {
  const { requester, browser } = await openRequester();
  const { link, setCookie = '' } = await protect({ binding: 'browser' });
  const token = new URL(link).searchParams.get('token') ?? '';
  const [, box = ''] = setCookie.split(/[.;]/);
  const { browser: foreign } = await openGuard({ keys: otherKeys }).bindBrowser();
  for (const text of [token, box, foreign, idIn(requester.cookie)]) {
    const error = await refusal(text);
    expect(error).toBeInstanceOf(MailError);
    expect(error).toMatchObject({ code: 'payload_invalid', stage: 'payload', retryable: false });
    expect(JSON.stringify(error) + String(error)).not.toContain(text);
  }
  for (const act of ['open', 'press'] as const)
    expect(await requester[act](`${PAGE}?token=${browser}`)).toMatchObject({ status: 404, next: undefined });
  const forged = openGuardBrowser(guard);
  forged.cookie = `__Host-postern-link=${idIn(requester.cookie)}.${browser}`;
  expect(await forged.enter('AAAAA-AAAAA')).toMatchObject({ status: 400, next: undefined });
});

test('a text that was changed, truncated, or invented is refused', async () => {
  const { browser } = await openRequester();
  const position = fc.nat(browser.length - 1);
  const texts = fc.oneof(
    fc
      .tuple(position, fc.constantFrom(...'AZaz09-_'))
      .map(([at, character]) => browser.slice(0, at) + character + browser.slice(at + 1)),
    position.map((at) => browser.slice(0, at)),
    fc.string({ minLength: 1 }).map((more) => browser + more),
    fc.string({ unit: 'binary' }),
    fc.base64String(),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      fc.pre(text !== browser);
      const error = await refusal(text);
      expect(error).toMatchObject({ code: 'payload_invalid' });
      if (text.length > 4) expect(String(error)).not.toContain(text);
    }),
    { numRuns: 30 },
  );
});

test.each<[string, Partial<LinkProtection>]>([
  ['browser cannot be combined with cookie', { cookie: '' }],
  ['browser cannot be combined with cookie', { cookie: 'theme=dark' }],
  ["browser cannot be combined with binding: 'none'", { binding: 'none' }],
  ['browser cannot be combined with codeInEmail', { codeInEmail: true }],
  ['browser must be the ID from bindBrowser', { browser: 17 as never }],
  ['browser must be the ID from bindBrowser', { browser: null as never }],
])('reports the protection: %s', async (problem, more) => {
  const { browser } = await openRequester();
  const error = await protect({ browser, ...more }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'payload_invalid', message: expect.stringContaining(problem) });
});

test('accepts the same protection with options that say the same', async () => {
  const { requester, browser } = await openRequester();
  const { link } = await protect({ browser, binding: 'browser', codeInEmail: false, cookie: null });
  expect(await requester.press(link)).toMatchObject({ next: TARGET });
});

test.each([[new Headers()], [{}], [['cookie']], [5]])('%j is not a cookie', async (cookie) => {
  await expect(guard.bindBrowser(cookie as never)).rejects.toMatchObject({ code: 'payload_invalid' });
});
