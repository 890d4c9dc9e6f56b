import { readFile } from 'node:fs/promises';
import { caniemail } from 'caniemail';
import { describe, expect, test } from 'vitest';
import { sampledTypes } from '../fixtures/covering-sample.js';
import { findHtmlProblems } from '../fixtures/html-checks.js';
import { createRenderer, LAYOUT_TYPES, SAMPLE_BRAND, sampleRequest } from '../fixtures/sample-emails.js';
import { createTemplates, LOCALES } from './index.js';

const brand = {
  ...SAMPLE_BRAND,
  logoUrl: 'https://acme.example/logo.png',
  darkLogoUrl: 'https://acme.example/dark.png',
};
const render = createRenderer(createTemplates({ brand, validForMs: { invitation: 86_400_000 } }));

/** Of the names that caniemail has for mail clients. */
const CLIENTS = {
  Gmail: ['gmail.desktop-webmail', 'gmail.ios', 'gmail.android', 'gmail.mobile-webmail'],
  'Outlook (Windows)': ['outlook.windows'],
  'Apple Mail': ['apple-mail.macos', 'apple-mail.ios'],
  Yahoo: ['yahoo.desktop-webmail', 'yahoo.ios', 'yahoo.android'],
} as const;

type Client = (typeof CLIENTS)[keyof typeof CLIENTS][number];

const findUnsupported = (html: string, clients: readonly Client[]): string[] => {
  const { errors } = caniemail({ clients: [...clients], html }).issues;
  return [...errors.values()].flat().map(({ title }) => title);
};

describe('the html', { timeout: 60_000 }, () => {
  test.each(LOCALES)('in %s is valid', async (locale) => {
    for (const type of sampledTypes(locale)) {
      for (const content of ['code', 'link', 'code and link'] as const) {
        const { html = '' } = await render(sampleRequest(type, locale, content));
        expect(await findHtmlProblems(html), `${type} with ${content}`).toEqual([]);
      }
    }
  });

  test('would be found out if it were not', async () => {
    const { html = '' } = await render(sampleRequest('SignIn', 'en'));
    expect(await findHtmlProblems(html.replace('</h1>', ''))).not.toEqual([]);
  });
});

describe('what a mail client does not support', { timeout: 60_000 }, () => {
  test('is in the table of the README, with what its readers see instead', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    const documented = [...readme.matchAll(/^\| (?<feature>[^|]+?) +\| (?<clients>[^|]+?) +\| .+? +\|$/gm)]
      .map(({ groups }) => `${groups?.feature?.replaceAll('`', '').replaceAll('\\', '')}: ${groups?.clients}`)
      .filter((row) => /: (?:Gmail|Outlook|Apple|Yahoo)/.test(row));

    const found = new Map<string, Set<string>>();
    for (const type of LAYOUT_TYPES) {
      const { html = '' } = await render(sampleRequest(type, 'ar', 'code and link'));
      for (const [name, clients] of Object.entries(CLIENTS)) {
        for (const feature of findUnsupported(html, clients))
          found.set(feature, (found.get(feature) ?? new Set()).add(name));
      }
    }
    const rows = [...found].map(([feature, clients]) => `${feature}: ${[...clients].join(', ')}`);
    expect(documented.sort()).toEqual(rows.sort());
  });

  test('is nothing that the code, the link or the words need', async () => {
    const { html = '' } = await render(sampleRequest('ForgotPassword', 'en'));
    const unsupported = Object.values(CLIENTS).flatMap((clients) => findUnsupported(html, clients));
    const needed = ['table element', 'href', 'padding', 'font-size', 'background-color', '<a> element'];
    expect(unsupported.filter((feature) => needed.some((name) => feature.includes(name)))).toEqual([]);
  });
});
