import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.js';
import { openGuardBrowser } from '../fixtures/guard-browser.js';
import { createLinkGuard } from './index.js';
import { LINK_TEXTS } from './link-texts/locales.js';

const url = 'https://app.example.com/open';
const keys = [{ id: 'test', secret: 's'.repeat(32) }] as const;
const guard = createLinkGuard({
  ...{
    keys,
    url,
    origins: ['https://auth.example.com'],
    binding: 'browser',
    linkBrand: { name: 'Acme', color: '#ffdd00' },
  },
});

function originOf(server: Server): string {
  const { port } = server.address() as AddressInfo; // listening on TCP
  return `http://127.0.0.1:${port}`;
}

/** The pages that a person can see, in one language. */
async function pagesIn(locale: string): Promise<string[]> {
  const expiresAt = new Date(Date.now() + 600_000);
  const to = `${'a'.repeat(60)}@${'long-name.'.repeat(5)}example`;
  const bound = await guard.protect('https://auth.example.com/', { to, expiresAt });
  const { browser } = await guard.bindBrowser();
  const withoutCode = await guard.protect('https://auth.example.com/', { to, expiresAt, browser });
  const expired = await guard.protect('https://auth.example.com/', { expiresAt: new Date(0) });
  const headers = { 'Accept-Language': locale };
  const [first, other] = [openGuardBrowser(guard), openGuardBrowser(guard)];
  first.accept(bound);
  const visits = [
    await first.open(bound.link, { headers }),
    await other.open(bound.link, { headers }),
    await other.open(withoutCode.link, { headers }),
    await first.press(url, { headers, body: new URLSearchParams({ code: 'x' }) }),
    await other.open(url, { headers }),
    await other.open(expired.link, { headers }),
    await first.open(`${url}?token=x`, { headers }),
  ];
  return visits.map(({ text }) => text);
}

describe('the texts', () => {
  const [english, ...others] = Object.entries(LINK_TEXTS);

  test('have the same keys and placeholders in every language', () => {
    const placeholdersOf = (text: string) => text.match(/\{[^}]*\}/g) ?? [];
    for (const [tag, texts] of others)
      for (const [key, text] of Object.entries(english?.[1] ?? {})) {
        const translated = Reflect.get(texts, key);
        expect(placeholdersOf(translated), `${tag}: ${key}`).toEqual(placeholdersOf(text));
        expect(translated.trim(), `${tag}: ${key}`).not.toBe('');
      }
    expect(new Set(Object.values(LINK_TEXTS)).size).toBe(25);
  });

  test.each([
    ['de-CH,de;q=0.9', 'de', 'ltr', 'Fast geschafft'],
    ['ar-EG', 'ar', 'rtl', 'بقيت خطوة واحدة'],
    ['zh-Hant-HK', 'zh-TW', 'ltr', undefined],
    ['zh', 'zh-CN', 'ltr', undefined],
    ['es-419', 'es-MX', 'ltr', undefined],
    ['pt', 'pt-BR', 'ltr', undefined],
    ['xx', 'en', 'ltr', 'Almost there'],
  ])('for %s are in %s', async (accepted, lang, dir, title) => {
    const [page = ''] = await pagesIn(accepted);
    expect(page).toContain(`<html lang="${lang}" dir="${dir}">`);
    if (title) expect(page).toContain(`<h1>${title}</h1>`);
  });
});

test.each(['ar', 'he'])('an address is isolated from right-to-left text: %s', async (locale) => {
  const [page = ''] = await pagesIn(locale);
  expect(page).toContain('\u2068a***@long-name.');
  expect(page).toContain('example\u2069');
});

describe('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 320, height: 800 } });
  }, 120_000);
  afterAll(() => browser?.close());

  test('no page is wider than 320 pixels, in any language', async () => {
    for (const locale of Object.keys(LINK_TEXTS))
      for (const [index, html] of (await pagesIn(locale)).slice(0, 4).entries()) {
        await page.setContent(html);
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        expect(width, `${locale}, page ${index}`).toBeLessThanOrEqual(320);
      }
  });

  test('the button of the code form is below the field, also on wide screens', async () => {
    const person = openGuardBrowser(guard);
    person.accept(await guard.protect('https://auth.example.com/', { expiresAt: new Date(0) }));
    const wide = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    onTestFinished(() => wide.close());
    for (const { text } of [
      await person.open(url),
      await person.press(url, { body: new URLSearchParams({ code: 'x' }) }),
    ]) {
      await wide.setContent(text);
      const [field, button] = await Promise.all(
        ['input', 'button'].map((name) => wide.locator(name).boundingBox()),
      );
      if (!field || !button) return expect.unreachable();
      expect(button.y).toBeGreaterThan(field.y + field.height);
      expect(button.x + button.width / 2).toBeCloseTo(field.x + field.width / 2, 0);
    }
  });

  test('a button leads to a link that redirects to another site', async () => {
    const app = createServer((_request, response) => response.end('Signed in.'));
    const server = createServer(async ({ method = '', url = '', headers }, response) => {
      if (url === '/verify') return response.writeHead(302, { Location: originOf(app) }).end();
      const init = { method, headers: { 'Sec-Fetch-Site': String(headers['sec-fetch-site']) } };
      const answer = await local.fetch(new Request(new URL(url, originOf(server)), init));
      return response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
    for (const each of [app, server]) {
      await once(each.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void each.close());
    }
    const origin = originOf(server);
    const local = createLinkGuard({ keys, url: `${origin}/open` });
    const expiresAt = new Date(Date.now() + 600_000);
    const { link } = await local.protect(`${origin}/verify`, { expiresAt });
    await page.goto(link);
    await page.getByRole('button').click();
    await page.getByText('Signed in.').waitFor();
    expect(new URL(page.url()).origin).toBe(originOf(app));
  });

  test.each([
    ['en', 'light'],
    ['ar', 'dark'],
  ] as const)('axe finds nothing: %s, %s', async (locale, colorScheme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.emulateMedia({ colorScheme });
    for (const html of await pagesIn(locale)) {
      await page.setContent(html);
      await page.evaluate(axe);
      const { violations } = await page.evaluate<AxeResults>('axe.run()');
      const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
      expect(found).toEqual([]);
    }
  });
});
