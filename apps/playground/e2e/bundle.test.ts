import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { test } from './fixtures/test.ts';

const ASSETS = fileURLToPath(new URL('../dist/web/assets/', import.meta.url));
const LIMIT = 400_000;

const gzipped = async (file: string): Promise<number> => gzipSync(await readFile(`${ASSETS}${file}`)).length;

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

describe('the bundle', () => {
  test('is under 400 KB gzipped for all views together', async () => {
    const files = (await readdir(ASSETS)).filter((file) => /\.(?:js|css)$/.test(file));
    expect(files.length).toBeGreaterThan(6);
    expect(sum(await Promise.all(files.map(gzipped)))).toBeLessThan(LIMIT);
  });

  test('loads only the current view in a few requests', async ({ page }) => {
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    await page.goto('/#/inbox');
    await page.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();

    const assets = requested.flatMap(
      (path) => /^\/assets\/(?<file>.+\.(?:js|css))$/.exec(path)?.groups?.file ?? [],
    );
    const others = (await readdir(ASSETS)).filter((file) =>
      /^(?:compose|config|send|deliveries|sign-in)-/.test(file),
    );
    expect(assets.filter((file) => others.includes(file))).toEqual([]);
    expect(assets.length).toBeLessThanOrEqual(25);
    expect(sum(await Promise.all(assets.map(gzipped)))).toBeLessThan(LIMIT / 2);
    // The page contains a new token and nonce. Names of assets contain a content hash.
    const cacheControl = async (path: string) => {
      const response = await page.request.get(path);
      return response.headers()['cache-control'];
    };
    expect(await cacheControl(`/assets/${assets[0]}`)).toContain('immutable');
    expect(await cacheControl('/')).toBe('no-store');
  });
});
