/** The built site: its links, and what axe says of its pages. */

import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe, { type AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../../../scripts/browser.ts';
import { deadLinks } from '../../../scripts/readme-links.ts';

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

  test('and every guide is in the list and in the sidebar', async () => {
    const index = await readFile(join(DIST, 'guides/index.html'), 'utf8');
    const sidebar = await readFile(join(DIST, 'packages.html'), 'utf8');
    for (const source of sources.filter((file) => /^guides\/(?!index)/.test(file))) {
      const page = source.replace(/\.md$/, '.html');
      if (page !== 'guides/get-started.html') expect(index).toContain(page.replace('guides/', ''));
      expect(sidebar, page).toContain(`/${page}`);
    }
  });
});

describe('axe finds nothing', () => {
  test.each(pages.filter((page) => page !== '404.html'))('in %s, light and dark', async (name) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme });
      await page.goto(`${origin()}/${name}`, { waitUntil: 'networkidle' });
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
      expect(
        violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`),
        ]),
        colorScheme,
      ).toEqual([]);
      await page.close();
    }
  });

  test('and no page scrolls sideways on a phone', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    for (const name of pages) {
      await page.goto(`${origin()}/${name}`, { waitUntil: 'networkidle' });
      const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(isWide, name).toBe(false);
    }
    await page.close();
  });
});
