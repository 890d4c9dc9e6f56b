/**
 * Takes screenshots of every usage type in English and of some in three other languages, in light and dark mode, at 320 and
 * 640 pixels, and combines them into one sheet per language in docs/templates. Also takes screenshots of one email for the
 * README, and of emails next to sketches of other layouts. Build first, then run:
 *
 *   npx --yes pnpm@12 --filter @postern/templates screenshots
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTemplates, USAGE_TYPES } from '@postern/templates';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser } from '../../../scripts/browser.ts';
import { createRenderer, LAYOUT_TYPES, SAMPLE_BRAND, sampleRequest } from '../fixtures/sample-emails.ts';
import { sketches } from './layout-sketches.ts';

const SHEETS = fileURLToPath(new URL('../../../docs/templates/', import.meta.url));
const LOCALES = ['en', 'de', 'ar', 'zh-CN'] as const;
const VIEWS = [320, 640].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** Fonts for scripts that the machine may lack. */
const FONTS: Partial<Record<string, string>> = {
  ar: import.meta.resolve('@fontsource-variable/noto-sans-arabic/index.css'),
  'zh-CN': import.meta.resolve('@fontsource-variable/noto-sans-sc/index.css'),
};

interface Font {
  styles: string;
  /** Reads the file of a URL in the styles. */
  read(url: string): Promise<Buffer>;
}

const FONT_ORIGIN = 'https://font.invalid/';

async function loadFont(css: string): Promise<Font> {
  const faces = await readFile(new URL(css), 'utf8');
  const family = /font-family: '([^']+)'/.exec(faces)?.[1];
  return {
    styles: `<style>${faces.replaceAll('url(./', `url(${FONT_ORIGIN}`)} [role=main] .frame { font-family: '${family}', sans-serif !important }</style>`,
    read: (url) => readFile(new URL(url.slice(FONT_ORIGIN.length), css)),
  };
}

/** All usage types in English. The layout of the others is the same. */
const typesIn = (locale: string) =>
  locale === 'en' ? USAGE_TYPES : ([...LAYOUT_TYPES, 'SignIn', 'NewSignIn'] as const);

async function takePictures(browser: Browser, locale: string): Promise<string[][]> {
  const render = createRenderer(createTemplates({ brand: SAMPLE_BRAND }));
  const css = FONTS[locale];
  const font = css === undefined ? undefined : await loadFont(css);
  const context = await browser.newContext();
  await context.route(`${FONT_ORIGIN}**`, async (route) => {
    const headers = { 'Access-Control-Allow-Origin': '*' };
    await route.fulfill({ body: await font?.read(route.request().url()), headers });
  });
  const page = await context.newPage();
  const pictures: string[][] = [];
  for (const type of typesIn(locale)) {
    const { html = '' } = await render(sampleRequest(type, locale));
    const row: string[] = [];
    for (const { width, colorScheme } of VIEWS) {
      await page.setViewportSize({ width, height: 200 });
      await page.emulateMedia({ colorScheme });
      await page.setContent(html.replace('</head>', `${font?.styles ?? ''}</head>`));
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      row.push((await page.screenshot({ fullPage: true })).toString('base64'));
    }
    pictures.push(row);
  }
  await context.close();
  return pictures;
}

async function makeSheet(browser: Browser, locale: string): Promise<void> {
  const rows = (await takePictures(browser, locale)).map((pictures, index) => {
    const cells = pictures.map((data) => `<td><img src="data:image/png;base64,${data}"></td>`).join('');
    return `<tr><th colspan="4">${typesIn(locale)[index]} · ${locale}</th></tr><tr>${cells}</tr>`;
  });
  const page = await browser.newPage({ viewport: { width: 2000, height: 1000 } });
  await page.setContent(
    `<style>body { margin: 0; zoom: 0.6 } table { border-spacing: 16px } td { vertical-align: top }
     th { font: 28px sans-serif; text-align: left }</style><table>${rows.join('')}</table>`,
  );
  const sheet = await page.locator('table').screenshot();
  await sharp(sheet)
    .png({ palette: true, colours: 64, effort: 10 })
    .toFile(join(SHEETS, `${locale}.png`));
  await page.close();
}

/** The email that the README shows. */
async function takeEmail(browser: Browser, colorScheme: 'light' | 'dark'): Promise<void> {
  const render = createRenderer(createTemplates({ brand: SAMPLE_BRAND }));
  const { html = '' } = await render(sampleRequest('SignIn', 'en'));
  const page = await browser.newPage({
    colorScheme,
    viewport: { width: 480, height: 200 },
    deviceScaleFactor: 2,
  });
  await page.setContent(html);
  await sharp(await page.screenshot({ fullPage: true }))
    .png({ palette: true, colours: 64, effort: 10 })
    .toFile(join(SHEETS, `sign-in-${colorScheme}.png`));
  await page.close();
}

/** Our emails next to sketches of the layouts of other products. */
async function makeComparison(browser: Browser): Promise<void> {
  const render = createRenderer(createTemplates({ brand: SAMPLE_BRAND }));
  const page = await browser.newPage({ viewport: { width: 320, height: 200 } });
  const ours: string[] = [];
  for (const type of [
    'SignIn',
    'ForgotPassword',
    'ConfirmAccountDeletion',
    'NewSignIn',
    'EmailChanged',
  ] as const) {
    await page.setContent((await render(sampleRequest(type, 'en'))).html ?? '');
    const picture = (await page.screenshot({ fullPage: true })).toString('base64');
    ours.push(`<td><b>${type}</b><br><img src="data:image/png;base64,${picture}"></td>`);
  }
  await page.setViewportSize({ width: 1800, height: 1000 });
  await page.setContent(
    `<style>body { margin: 0 } td { vertical-align: top; font: 15px sans-serif; padding: 8px }${sketches.styles}</style>
     <table><tr>${sketches.cells.join('')}</tr><tr>${ours.join('')}</tr></table>`,
  );
  await sharp(await page.locator('table').first().screenshot())
    .png({ palette: true, colours: 64, effort: 10 })
    .toFile(join(SHEETS, 'layouts.png'));
  await page.close();
}

await mkdir(SHEETS, { recursive: true });
const browser = await launchBrowser();
try {
  for (const locale of LOCALES) await makeSheet(browser, locale);
  for (const colorScheme of ['light', 'dark'] as const) await takeEmail(browser, colorScheme);
  await makeComparison(browser);
} finally {
  await browser.close();
}
