/**
 * Takes screenshots of the views of the playground, in light and dark mode and on a phone, for docs/playground. Build
 * first, then run:
 *
 *   npx --yes pnpm@12 --filter @postern/playground screenshots
 *   npx --yes pnpm@12 --filter @postern/playground screenshots inbox send
 *   npx --yes pnpm@12 --filter @postern/playground screenshots --to FOLDER   # also a phone in dark mode
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser } from '../../../scripts/browser.ts';
import { type RunningPlayground, startPlayground } from '../e2e/fixtures/playground.ts';

const DOCS = fileURLToPath(new URL('../../../docs/playground/', import.meta.url));

const {
  values: { to },
  positionals: wanted,
} = parseArgs({ options: { to: { type: 'string' } }, allowPositionals: true });

/** Prepares a view for its screenshot. */
type Scene = (page: Page) => Promise<void>;

const SCENES: Readonly<Record<string, Scene>> = {
  async compose(page) {
    await page.frameLocator('iframe').getByText('Acme').first().waitFor();
  },
  async config(page) {
    await page.getByRole('tab', { name: 'Doctor' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Run again' }).waitFor();
  },
  async send(page) {
    await page.getByRole('button', { name: 'Send through Core' }).click();
    await page.getByRole('link', { name: 'Open it in the inbox' }).waitFor();
  },
  async inbox(page) {
    await page
      .getByRole('link', { name: /sign-in code/ })
      .first()
      .click();
    await page.frameLocator('iframe').getByText('Acme').first().waitFor();
  },
  async 'sign-in'(page) {
    await page.getByRole('button', { name: 'Reset limits' }).click();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByRole('button', { name: 'Email me a code' }).click();
    await page.getByRole('region', { name: 'Mailbox' }).locator('[data-code]').first().waitFor();
    await page.getByRole('textbox', { name: 'Code' }).fill('482');
  },
  async deliveries(page) {
    await page.getByRole('button', { name: /^Failover/ }).click();
    await page
      .getByRole('region', { name: 'Backup' })
      .getByText(/^[1-9]\d* accepted/)
      .waitFor();
  },
};

const SCREENS = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
} as const;

async function takePicture(browser: Browser, playground: RunningPlayground, view: string, prepare: Scene) {
  for (const [name, screen] of Object.entries(SCREENS)) {
    if (to === undefined && name === 'phone-dark') continue;
    const context = await browser.newContext({
      ...screen,
      baseURL: playground.url,
      deviceScaleFactor: 1.5,
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(120_000);
    const page = await context.newPage();
    await page.goto(`/#/${view}`);
    await prepare(page);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    // Preparing may have scrolled.
    await page.evaluate(() => {
      for (const scroller of [document.documentElement, document.querySelector('main')])
        scroller?.scrollTo(0, 0);
    });
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    await sharp(picture)
      .png({ palette: true, colours: 128, effort: 10 })
      .toFile(join(to ?? DOCS, `${view}-${name}.png`));
    await context.close();
  }
}

await mkdir(to ?? DOCS, { recursive: true });
const playground = await startPlayground();
const browser = await launchBrowser();
try {
  for (const [view, prepare] of Object.entries(SCENES)) {
    if (wanted.length === 0 || wanted.includes(view)) await takePicture(browser, playground, view, prepare);
  }
} finally {
  await browser.close();
  await playground.stop();
}
