/** The built site: its links, and what axe says of its pages. */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.ts';
import { deadLinks } from '../../../scripts/readme-links.ts';
import { compareResults } from '../.vitepress/results.ts';

const SITE = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(SITE, 'dist');
const WORKSPACE = join(SITE, '../..');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

const filesOf = async (folder: string, extension: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter(
    (file) => extname(file) === extension && !file.includes('node_modules') && !file.startsWith('dist'),
  );

const pages = await filesOf(DIST, '.html');
const sources = await filesOf(SITE, '.md');

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const content = await readFile(join(DIST, path)).catch(() => undefined);
  response.writeHead(content ? 200 : 404, {
    'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
  });
  response.end(content);
});
let browser: Awaited<ReturnType<typeof launchBrowser>>;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

const origin = () => {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
};

describe('every link leads somewhere', () => {
  test.each(pages)('within %s', async (page) => {
    const html = await readFile(join(DIST, page), 'utf8');
    const dead = [];
    for (const [, href = ''] of html.matchAll(/<a\b[^>]*?\bhref="([^"]*)"/g)) {
      if (/^[a-z]+:/i.test(href)) continue;
      const [path = '', anchor] = href.split('#', 2);
      const file = path === '' ? page : posix.join(path.startsWith('/') ? '' : posix.dirname(page), path);
      const target = /(?:^|\/)$/.test(file) ? `${file}index.html` : file;
      const content = await readFile(join(DIST, target), 'utf8').catch(() => undefined);
      const hasAnchor = anchor === undefined || content?.includes(`id="${decodeURIComponent(anchor)}"`);
      if (!hasAnchor || content === undefined) dead.push(href);
    }
    expect(dead).toEqual([]);
  });

  test('to the packages', async () => {
    const packages = new Map<string, string>();
    for (const folder of await readdir(join(WORKSPACE, 'packages'))) {
      const path = (file: string) => join(WORKSPACE, 'packages', folder, file);
      const markdown = await readFile(path('README.md'), 'utf8').catch(() => undefined);
      if (markdown !== undefined)
        packages.set(JSON.parse(await readFile(path('package.json'), 'utf8')).name, markdown);
    }
    for (const source of sources) {
      const path = join(SITE, source);
      const toNpm = (await readFile(path, 'utf8')).match(/\]\(https:\/\/www\.npmjs\.com[^)]*\)/g) ?? [];
      expect(deadLinks({ path, markdown: toNpm.join('\n'), isPublished: true }, packages), source).toEqual(
        [],
      );
    }
  });

  test('and every guide is in the list and in the sidebar, and has a test', async () => {
    const tests = (await filesOf(join(SITE, 'src'), '.ts')).map((file) =>
      readFileSync(join(SITE, 'src', file), 'utf8'),
    );
    const index = await readFile(join(DIST, 'guides/index.html'), 'utf8');
    const sidebar = await readFile(join(DIST, 'packages.html'), 'utf8');
    for (const source of sources.filter((file) => /^guides\/(?!index)/.test(file))) {
      const page = source.replace(/\.md$/, '.html');
      if (page !== 'guides/get-started.html') expect(index).toContain(page.replace('guides/', ''));
      expect(sidebar, page).toContain(`/${page}`);
      const name = page.replace(/^guides\/|\.html$/g, '');
      expect(
        tests.some((code) => code.includes(`'${name}'`)),
        `a test of ${name}`,
      ).toBe(true);
    }
  });
});

/** Opens a page and waits until its script runs. */
async function open(page: Page, name: string): Promise<void> {
  await page.goto(`${origin()}/${name}`);
  await page.waitForFunction("document.querySelector('#app')?.__vue_app__");
}

/**
 * The same generator makes all pages of the API reference, so a sample is enough: the index, the longest page, a page of
 * average length, and an entry point of a package. Only one of them is checked in dark mode.
 */
const API_SAMPLE = /^api\/(?:index|@postern\/(?:core|resilience|transport-http\/amazon-ses))\.html$/;
const isChecked = (name: string) =>
  name !== '404.html' &&
  (!name.startsWith('api/') || !!process.env.POSTERN_THOROUGH || API_SAMPLE.test(name));
const isCheckedInDarkMode = (name: string) => !name.startsWith('api/') || name.includes('resilience');

/** Returns only the violations, because the complete results of a long page are large. */
const AXE = (options: object) =>
  `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })}).then(({ violations }) => violations)`;

const describeViolations = (violations: AxeResults['violations']) =>
  violations.map(({ id, nodes }) => [
    id,
    nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`),
  ]);

describe('axe finds nothing, and the page does not scroll sideways on a phone', () => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.newPage();
    return () => page.close();
  });

  test.each(pages.filter(isChecked))('in %s', async (name) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 720 });
    await open(page, name);
    await page.evaluate(axe.source);
    const inLight = await page.evaluate<AxeResults['violations']>(AXE({}));
    expect(describeViolations(inLight)).toEqual([]);
    if (isCheckedInDarkMode(name)) {
      // Axe would measure colors in the middle of a transition.
      await page.addStyleTag({ content: '* { transition: none !important }' });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.waitForFunction("document.documentElement.classList.contains('dark')");
      // Only colors differ between the modes.
      const inDark = await page.evaluate<AxeResults['violations']>(AXE({ runOnly: ['color-contrast'] }));
      expect(describeViolations(inDark)).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
  });
});

describe('a reader', () => {
  test('finds a guide by search', async () => {
    const page = await browser.newPage();
    await open(page, 'index.html');
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.getByRole('searchbox').fill('client credentials');
    await page
      .getByRole('option', { name: /Microsoft 365/ })
      .first()
      .click();
    await page.getByRole('heading', { name: /Microsoft 365 without passwords/, level: 1 }).waitFor();
    await page.close();
  });

  test('switches to dark mode', async () => {
    const page = await browser.newPage({ colorScheme: 'light' });
    await open(page, 'index.html');
    const isDark = () => page.evaluate("document.documentElement.classList.contains('dark')");
    expect(await isDark()).toBe(false);
    await page.locator('.VPNavBarAppearance').getByRole('switch').click();
    expect(await isDark()).toBe(true);
    await page.close();
  });

  test('opens the site from a folder, with styles and links', async () => {
    const page = await browser.newPage({ colorScheme: 'dark' });
    await page.goto(pathToFileURL(join(DIST, 'index.html')).href);
    await page.getByRole('link', { name: 'Guides', exact: true }).first().click();
    await page.waitForURL(/guides\/index\.html$/);
    await page.getByRole('link', { name: 'Microsoft 365 without passwords' }).click();
    await page.getByRole('heading', { name: /Microsoft 365/, level: 1 }).waitFor();
    const brand = "getComputedStyle(document.documentElement).getPropertyValue('--vp-c-brand-1')";
    await expect.poll(() => page.evaluate(brand)).toBe('#b3bdff');
    await page.close();
  });
});

describe('the comparison', () => {
  const results = compareResults(readFileSync(join(WORKSPACE, 'apps/bench/RESULTS.md'), 'utf8'));
  const number = (text = '') => Number(text.replace(/[,×]/g, ''));

  test('shows the figures of RESULTS.md', async () => {
    const html = await readFile(join(DIST, 'compare.html'), 'utf8');
    for (const row of results.rows)
      for (const value of Object.values(row)) if (value) expect(html).toContain(value);
  });

  test('names the tools that the figures speak for', () => {
    const of = (name: string) => results.rows.find((row) => row.name.startsWith(name));
    const [postern, upyo] = [of('Postern'), of('Upyo')];
    expect(number(upyo?.megabytes)).toBe(Math.min(...results.rows.map(({ megabytes }) => number(megabytes))));
    expect(number(upyo?.roundTrips)).toBe(5);
    expect(number(postern?.roundTrips)).toBe(2);
  });

  test('fails if a figure is missing', () => {
    expect(() => compareResults('')).toThrow('RESULTS.md has no "per second" of Postern.');
  });
});

test('every fact about a provider has a source, or says that there is none', async () => {
  const page = await readFile(join(SITE, 'provider-apis.md'), 'utf8');
  // The last table describes Postern, and the code is its source.
  const [aboutProviders = ''] = page.split('\n## What verify() checks');
  const rows = [...aboutProviders.matchAll(/^\| (?!Provider|-)(.+) \|$/gm)].map(([, row = '']) =>
    row.split(' | '),
  );
  expect(rows).toHaveLength(4 * 12);
  const unproven = rows.flatMap(([provider = '', ...cells]) =>
    cells
      .filter((cell) => !/\]\[[\w-]+\]|not documented/.test(cell))
      .map((cell) => `${provider.trim()}: ${cell}`),
  );
  expect(unproven).toEqual([]);
  const used = new Set([...page.matchAll(/\]\[([\w-]+)\]/g)].map(([, name]) => name));
  const defined = [...page.matchAll(/^\[([\w-]+)\]: https:/gm)].map(([, name]) => name);
  expect([...used].sort()).toEqual(defined.toSorted());
});
