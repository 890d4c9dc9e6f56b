import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findNodeApis } from './find-node-apis.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'postern-web-apis-'));
  const library = join(root, 'node_modules/library');
  await mkdir(join(library, 'lib'), { recursive: true });
  await writeFile(join(library, 'package.json'), '{ "name": "library", "main": "lib/main.js" }');
  await writeFile(join(library, 'lib/main.js'), "exports.hash = (text) => require('crypto').hash(text);");
});
afterAll(() => rm(root, { recursive: true }));

/** The problems of a package with one file. */
async function problemsOf(code: string): Promise<string[]> {
  const file = join(root, 'packages/own/dist/index.js');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
  return findNodeApis({ file, allowedPackages: ['@postern/core'], hosts: ['host'] });
}

describe('finds', () => {
  test.each([
    ["import { hash } from 'node:crypto'; hash('sha1', '');", 'own/dist/index.js imports node:crypto'],
    ["import 'fs/promises';", 'own/dist/index.js imports fs/promises'],
    ["export const load = () => import('node:fs');", 'own/dist/index.js imports node:fs'],
    ["import { hash } from 'library'; hash('');", 'library/lib/main.js imports crypto'],
    ["import '@postern/transport-smtp';", 'own/dist/index.js imports @postern/transport-smtp'],
    ["export const bytes = Buffer.from('a');", 'own/dist/index.js uses Buffer'],
    ['export const env = process.env;', 'own/dist/index.js uses process'],
    ["export const isNode = typeof process !== 'undefined';", 'own/dist/index.js uses process'],
    ["export const url = require.resolve('a');", 'own/dist/index.js uses require'],
    ["export const one = eval('1');", 'own/dist/index.js uses eval'],
    ["export const one = new Function('return 1');", 'own/dist/index.js uses Function'],
  ])('%s', async (code, problem) => {
    expect(await problemsOf(code)).toEqual([problem]);
  });
});

describe('accepts', () => {
  test.each([
    "import { createMailer } from '@postern/core'; createMailer();",
    "import { start } from 'host'; import { stop } from 'host/stop'; start(stop);",
    'export const read = (Buffer) => Buffer.length;',
    'export const env = globalThis.process?.env;',
    'export const text = "Buffer and process.env // new Function()";',
    'export const digest = (bytes) => crypto.subtle.digest("SHA-256", bytes);',
  ])('%s', async (code) => {
    expect(await problemsOf(code)).toEqual([]);
  });
});
