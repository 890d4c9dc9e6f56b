import { ConfigError } from '@postern/core';
import { expect, test } from 'vitest';
import { COPY, createTemplates as createReadyMade } from './index.js';
import * as languages from './languages.js';

const { createTemplates, en, zhCN, ptBR } = languages;
const brand = { name: 'Acme' };

test('exports every ready-made language', () => {
  const exported = Object.values(languages).filter((value) => typeof value === 'object');
  expect(new Set(exported)).toEqual(new Set(Object.values(COPY)));
});

test('creates the same templates as the main entry, in the languages of copy', () => {
  const overrides = { 'pt-BR': { footer: 'Mensagem automática de {app}.' } };
  expect(createTemplates({ brand, copy: { 'pt-BR': ptBR, 'zh-CN': zhCN, en }, overrides })).toEqual(
    createReadyMade({ brand, locales: ['pt-BR', 'zh-CN', 'en'], overrides }),
  );
});

test.each([
  ['no language', { copy: {} }, ['copy: must have at least one language']],
  [
    'a locale without copy',
    { copy: { en }, locales: ['en', 'de'] },
    ['locales.1: there is no copy for "de"'],
  ],
  [
    'overrides of a language without copy',
    { copy: { en }, overrides: { de: { footer: 'Acme' } } },
    ['overrides.de: there is no copy for "de"'],
  ],
])('refuses %s', (_name, options, issues) => {
  let refused: unknown;
  try {
    createTemplates({ brand, ...options });
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(ConfigError);
  const found = (refused as ConfigError).issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  expect(found).toEqual(issues.map((issue) => expect.stringContaining(issue)));
});
