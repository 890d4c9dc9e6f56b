import { describe, expect, test } from 'vitest';
import { createRenderer, sampleRequest } from '../../fixtures/sample-emails.js';
import { type Copy, copySchema, createTemplates, LOCALES, USAGE_TYPES } from '../index.js';
import { COPY } from './locales.js';

const EAST_ASIAN = ['zh-CN', 'zh-TW', 'ja', 'ko'];

test('there is copy in 25 languages', () => {
  expect([...LOCALES].sort()).toEqual(
    'ar cs da de en es es-MX fr he id it ja ko nl pl pt-BR pt-PT ru sv th tr uk vi zh-CN zh-TW'.split(' '),
  );
});

/** These consist of placeholders, with a word in some languages. */
const PATTERNS = ['detail', 'device'];

const sentencesOf = (copy: Copy): string[] =>
  Object.entries(copy)
    .filter(([name]) => !PATTERNS.includes(name))
    .flatMap(([, value]) => (typeof value === 'string' ? [value] : Object.values(value)));

/** Labels that are the same word in English. */
const SAME_WORDS: Partial<Record<string, readonly string[]>> = { cs: ['Role'], nl: ['Details:'] };

describe.each(LOCALES)('the copy in %s', (locale) => {
  const copy = COPY[locale];
  const sentences = sentencesOf(copy);

  test('has every sentence, with the placeholders that it needs and no others', () => {
    expect(copySchema.safeParse(copy).error?.issues ?? []).toEqual([]);
  });

  test('differs from the English copy', () => {
    const english = sentencesOf(COPY.en);
    const same = sentences.filter((sentence, index) => sentence === english[index]);
    expect(locale === 'en' ? [] : same).toEqual(SAME_WORDS[locale] ?? []);
  });

  test('has correct punctuation and spaces', () => {
    for (const sentence of sentences) {
      expect(sentence).toBe(sentence.trim().normalize('NFC'));
      expect(sentence).not.toMatch(/ {2}|\.\.|[!?]{2}|['"`]| [,.;]/);
      // Emails do not shout.
      expect(sentence).not.toMatch(/\p{Lu}{4}/u);
    }
  });

  test('has no name in place of a code', () => {
    // “Your code: Acme”
    for (const sentence of sentences) expect(sentence).not.toMatch(/[:：]\s*\{(?:app|organization)\}\.?$/);
  });

  test('is written in the letters of its language', () => {
    const scripts: Record<string, RegExp> = {
      ...{ ar: /\p{Script=Arabic}/u, he: /\p{Script=Hebrew}/u, th: /\p{Script=Thai}/u },
      ...{ ru: /\p{Script=Cyrillic}/u, uk: /\p{Script=Cyrillic}/u, ko: /\p{Script=Hangul}/u },
      ...{ ja: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u },
      ...{ 'zh-CN': /\p{Script=Han}/u, 'zh-TW': /\p{Script=Han}/u },
    };
    const script = scripts[locale] ?? /\p{Script=Latin}/u;
    for (const sentence of sentences) expect(sentence.replace(/\{\w+\}/g, '')).toMatch(script);
  });

  test('has subjects that fit in an inbox list', async () => {
    // East Asian letters take up the room of two.
    const longest = EAST_ASIAN.includes(locale) ? 30 : 60;
    const render = createRenderer(createTemplates({ brand: { name: 'Acme' }, locales: [locale] }));
    for (const type of USAGE_TYPES) {
      for (const content of ['code', 'link'] as const) {
        const { subject } = await render(sampleRequest(type, locale, content));
        expect(subject.length, subject).toBeLessThanOrEqual(longest);
      }
    }
  });

  test('fits on a button', () => {
    const buttons = Object.values(copy).flatMap((value) =>
      typeof value === 'object' && 'button' in value ? [value.button] : [],
    );
    buttons.push(copy.secureAccount);
    for (const button of buttons) expect(button.length).toBeLessThanOrEqual(26);
  });
});
