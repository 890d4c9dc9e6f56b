import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Reads a built file and the files of the package that it imports. */
async function readBuilt(file: string): Promise<string> {
  const code = await readFile(new URL(`../dist/${file}`, import.meta.url), 'utf8');
  const own = [...code.matchAll(/from "\.\/(.+?)"/g)].map(([, name = '']) => readBuilt(name));
  return [code, ...(await Promise.all(own))].join('\n');
}

test('the build has no compiler metadata, and no test tools in production', async () => {
  const [production, testing] = await Promise.all([readBuilt('index.js'), readBuilt('testing.js')]);
  expect(testing).toContain('@postern/testing');
  expect(production).toMatch(/\bMailRegistry = class\b/);
  expect(production).not.toContain('@postern/testing');
  expect(production).not.toContain('design:paramtypes');
});
