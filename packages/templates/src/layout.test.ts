import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.js';
import { findCut, findViolations, SCHEMES, showEmail, WIDTHS } from '../fixtures/browser-checks.js';
import { sampledTypes } from '../fixtures/covering-sample.js';
import { pseudoCopy } from '../fixtures/pseudo-copy.js';
import {
  createRenderer,
  LAYOUT_TYPES,
  SAMPLE_BRAND,
  SAMPLE_LINK,
  sampleRequest,
} from '../fixtures/sample-emails.js';
import { COPY } from './copy/locales.js';
import { createTemplates, LOCALES, USAGE_TYPES } from './index.js';

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
  // Nothing remote is needed to read an email.
  await page.route('**', (route) => route.abort());
}, 120_000);

afterAll(() => browser?.close());

const show = (html: string | undefined, width: number) => showEmail(page, html, width);

const render = createRenderer(
  createTemplates({ brand: SAMPLE_BRAND, validForMs: { invitation: 7 * 86_400_000 } }),
);

test('the sample has every usage type in at least two languages', () => {
  const types = LOCALES.flatMap((locale) => sampledTypes(locale));
  expect(USAGE_TYPES.filter((type) => types.filter((each) => each === type).length < 2)).toEqual([]);
});

describe('nothing is cut, and nothing scrolls sideways', { timeout: 120_000 }, () => {
  test.each(LOCALES)('in %s', async (locale) => {
    for (const type of sampledTypes(locale)) {
      const { html } = await render(sampleRequest(type, locale, 'code and link'));
      for (const width of WIDTHS) {
        await show(html, width);
        expect(await findCut(page), `${type} at ${width} pixels`).toEqual([]);
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
    for (const type of LAYOUT_TYPES) {
      const request = sampleRequest(type, locale, 'code and link');
      const payload = { ...request.payload, link: SAMPLE_LINK + 'x'.repeat(500) };
      if ('code' in payload) payload.code = 'W'.repeat(32);
      // As much as the sample was, with longer values.
      const { html } = await pseudo({ ...request, payload } as typeof request);
      for (const width of WIDTHS) {
        await show(change(html), width);
        expect(await findCut(page), `${type} at ${width} pixels`).toEqual([]);
      }
    }
  });

  test('which an email that is too wide would be found by', async () => {
    const { html = '' } = await render(sampleRequest('SignIn', 'en'));
    await show(html.replace('<h1', '<p style="width:400px">wide</p><h1'), 320);
    expect(await findCut(page)).toContain('the page scrolls sideways');
  });
});

describe('axe finds nothing to complain about', { timeout: 240_000 }, () => {
  const cases = LOCALES.map((locale, index) => ({
    locale,
    colorScheme: SCHEMES[index % 2] ?? 'light',
    width: WIDTHS[(index >> 1) % 2] ?? 320,
  }));

  test.each(cases)('in $locale, $colorScheme, at $width pixels', async ({ locale, colorScheme, width }) => {
    await page.emulateMedia({ colorScheme });
    for (const type of sampledTypes(locale)) {
      const { html } = await render(sampleRequest(type, locale));
      await show(html, width);
      expect(await findViolations(page), type).toEqual([]);
    }
  });

  test('but would', async () => {
    const { html = '' } = await render(sampleRequest('SignIn', 'en'));
    await page.emulateMedia({ colorScheme: 'light' });
    await show(html.replaceAll('color:#15181e', 'color:#ccc'), 320);
    expect((await findViolations(page)).join()).toContain('color-contrast');
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
  expect(await findCut(page)).toEqual([]);
});

test('one click selects the code, and all of it', { timeout: 60_000 }, async () => {
  const { html } = await render(sampleRequest('SignIn', 'ar'));
  await show(html, 320);
  await page.locator('.digits').click();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('000000');
});
