import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.js';
import { pseudoCopy } from '../fixtures/pseudo-copy.js';
import { createRenderer, SAMPLE_BRAND, SAMPLE_LINK, sampleRequest } from '../fixtures/sample-emails.js';
import { COPY } from './copy/locales.js';
import { createTemplates, LOCALES, USAGE_TYPES } from './index.js';

const WIDTHS = [320, 640];
const SCHEMES = ['light', 'dark'] as const;

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
  // Nothing remote is needed to read an email.
  await page.route('**', (route) => route.abort());
}, 120_000);

afterAll(() => browser?.close());

const show = async (html: string | undefined, width: number) => {
  await page.setViewportSize({ width, height: 900 });
  await page.setContent(html ?? '');
};

/** The elements that are wider than the window, outside of it, or clipped by their own box. */
const findCut = (): Promise<string[]> =>
  page.evaluate(() => {
    const { innerWidth } = window;
    const cut = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [];
    for (const element of document.querySelectorAll<HTMLElement>('[role=main], [role=main] *')) {
      const { left, right } = element.getBoundingClientRect();
      const isOutside = left < -0.5 || right > innerWidth + 0.5;
      const isCut =
        getComputedStyle(element).overflow !== 'visible' && element.scrollWidth > element.clientWidth;
      if (isOutside || isCut) cut.push(`<${element.className || element.tagName}> ${element.textContent}`);
    }
    return cut;
  });

const render = createRenderer(
  createTemplates({ brand: SAMPLE_BRAND, validForMs: { invitation: 7 * 86_400_000 } }),
);

describe('nothing is cut, and nothing scrolls sideways', { timeout: 120_000 }, () => {
  test.each(LOCALES)('in %s', async (locale) => {
    for (const type of USAGE_TYPES) {
      const { html } = await render(sampleRequest(type, locale, 'code and link'));
      for (const width of WIDTHS) {
        await show(html, width);
        expect(await findCut(), `${type} at ${width} pixels`).toEqual([]);
      }
    }
  });

  const pseudo = createRenderer(
    createTemplates({
      brand: { ...SAMPLE_BRAND, name: 'A'.repeat(60), address: 'B'.repeat(200) },
      locales: ['en', 'ar'],
      overrides: { en: pseudoCopy(COPY.en), ar: pseudoCopy(COPY.en) },
    }),
  );
  // Without its head is how some of Gmail shows an email.
  const cases = [
    ['from left to right', 'en', (html = '') => html],
    ['from right to left', 'ar', (html = '') => html],
    ['without styles in the head', 'en', (html = '') => html.replace(/<style>.*?<\/style>/s, '')],
  ] as const;

  test.each(cases)('in a language longer than all, %s', async (_name, locale, change) => {
    for (const type of USAGE_TYPES) {
      const request = sampleRequest(type, locale, 'code and link');
      const payload = { ...request.payload, link: SAMPLE_LINK + 'x'.repeat(500) };
      if ('code' in payload) payload.code = 'W'.repeat(32);
      // As much as the sample was, with longer values.
      const { html } = await pseudo({ ...request, payload } as typeof request);
      for (const width of WIDTHS) {
        await show(change(html), width);
        expect(await findCut(), `${type} at ${width} pixels`).toEqual([]);
      }
    }
  });

  test('which an email that is too wide would be found by', async () => {
    const { html = '' } = await render(sampleRequest('SignIn', 'en'));
    await show(html.replace('<h1', '<p style="width:400px">wide</p><h1'), 320);
    expect(await findCut()).toContain('the page scrolls sideways');
  });
});

describe('axe finds nothing to complain about', { timeout: 240_000 }, () => {
  const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  const findViolations = async (): Promise<string[]> => {
    await page.evaluate(await axe);
    return page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') };
      const { violations, passes } = await axe.run();
      // A page on which axe cannot determine contrast would pass for the wrong reason.
      const isSeen = passes.some(({ id }) => id === 'color-contrast');
      return [
        ...(isSeen ? [] : ['color-contrast was not checked']),
        ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
      ];
    });
  };

  test.each(
    SCHEMES.flatMap((scheme) => ['en', 'de', 'ar', 'zh-CN'].map((locale) => [locale, scheme] as const)),
  )('in %s, %s', async (locale, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const type of USAGE_TYPES) {
      const { html } = await render(sampleRequest(type, locale));
      for (const width of WIDTHS) {
        await show(html, width);
        expect(await findViolations(), `${type} at ${width} pixels`).toEqual([]);
      }
    }
  });

  test('but would', async () => {
    const { html = '' } = await render(sampleRequest('SignIn', 'en'));
    await page.emulateMedia({ colorScheme: 'light' });
    await show(html.replaceAll('color:#15181e', 'color:#ccc'), 320);
    expect((await findViolations()).join()).toContain('color-contrast');
  });
});

describe('in the dark', { timeout: 60_000 }, () => {
  const colorsOf = async (selector: string) => {
    const element = page.locator(selector).first();
    return element.evaluate((node) => {
      const { color, backgroundColor } = getComputedStyle(node);
      return [color, backgroundColor];
    });
  };
  const dark = {
    card: ['rgb(242, 244, 247)', 'rgb(28, 31, 37)'],
    code: 'rgb(17, 19, 23)',
    button: 'rgb(31, 79, 216)',
  };

  test('the colors of the dark are used', async () => {
    const { html } = await render(sampleRequest('ForgotPassword', 'en'));
    await page.emulateMedia({ colorScheme: 'dark' });
    await show(html, 640);
    expect((await colorsOf('.card'))[1]).toBe(dark.card[1]);
    expect((await colorsOf('.heading'))[0]).toBe(dark.card[0]);
    expect((await colorsOf('.code'))[1]).toBe(dark.code);
    expect((await colorsOf('.button'))[1]).toBe(dark.button);
  });

  test('and with the attributes of Outlook.com', async () => {
    const { html } = await render(sampleRequest('ForgotPassword', 'en'));
    await page.emulateMedia({ colorScheme: 'light' });
    await show(html?.replace('<body', '<body data-ogsc data-ogsb'), 640);
    expect((await colorsOf('.card'))[1]).toBe(dark.card[1]);
    expect((await colorsOf('.heading'))[0]).toBe(dark.card[0]);
  });
});

test.each(['0000', 'WWWWWWWWWWWW'])('the code %s fits on one line of a small phone', async (code) => {
  const { html } = await render({ to: 'ada@example.com', type: 'SignIn', locale: 'en', payload: { code } });
  await show(html, 320);
  expect(await page.locator('.digits').evaluate((digits) => digits.getClientRects().length)).toBe(1);
  expect(await findCut()).toEqual([]);
});

test('one click selects the code, and all of it', { timeout: 60_000 }, async () => {
  const { html } = await render(sampleRequest('SignIn', 'ar'));
  await show(html, 320);
  await page.locator('.digits').click();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('000000');
});
