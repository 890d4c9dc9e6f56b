import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordingTransport } from '../fixtures/recording.js';
import {
  type AcceptedLocales,
  createMailer,
  parseSendRequest,
  pickLocale,
  preferredLocale,
} from './index.js';

describe('pickLocale', () => {
  test.each<[accepted: AcceptedLocales | undefined, available: string[], picked: string | undefined]>([
    ['de-CH,de;q=0.9', ['en', 'de'], 'de'],
    ['de-CH, de;q=0.9, en;q=0.8', ['en', 'de-CH'], 'de-CH'],
    ['fr;q=0.2, de;q=0.9', ['fr', 'de'], 'de'],
    ['fr;q=0.5,de;q=0.5', ['de', 'fr'], 'fr'],
    ['xx,de;q=0.9', ['en', 'de'], 'de'],
    ['zh-Hant-TW', ['zh', 'zh-Hant'], 'zh-Hant'],
    ['en-x-twain', ['en'], 'en'],
    ['de_CH.UTF-8', ['en', 'de'], 'de'],
    ['DE-at', ['de-AT'], 'de-AT'],
    ['de', ['de_CH', 'de'], 'de'],
    ['de', ['de-CH'], undefined],
    [['fr-CH', 'de;q=0.9'], ['de', 'fr'], 'fr'],
    [['de-CH,de;q=0.9', 'en'], ['de', 'en'], 'de'],
    ['en;q=0, de', ['en', 'de'], 'de'],
    ['en;q=0', ['en'], undefined],
    ['en-GB, en;q=0', ['en', 'en-GB'], 'en-GB'],
    ['en-GB, en;q=0', ['en'], undefined],
    ['*', ['en', 'de'], 'en'],
    ['en;q=0, *', ['en', 'de'], 'de'],
    ['fr, *;q=0.1', ['en', 'de'], 'en'],
    ['*;q=0', ['en'], undefined],
    ['de ; q = 0.5 , fr ; q=0.8', ['de', 'fr'], 'fr'],
    ['de;q=1.000,fr', ['fr', 'de'], 'de'],
    ['de;q=2, fr;q=0.1', ['de', 'fr'], 'fr'],
    ['de;q=0.1234, fr;q=-1, it;q=, es;x=1, pt', ['de', 'fr', 'it', 'es', 'pt'], 'pt'],
    ['not a language, , ;;, de', ['de'], 'de'],
    ['', ['de'], undefined],
    [[], ['de'], undefined],
    [undefined, ['de'], undefined],
    ['de', [], undefined],
  ])('of %j from %j is %j', (accepted, available, picked) => {
    expect(pickLocale(accepted, available)).toBe(picked);
  });

  test('limits the length of its input', () => {
    expect(pickLocale(`${'xx,'.repeat(1000)}de`, ['de'])).toBeUndefined();
    expect(pickLocale([...Array.from({ length: 1000 }, () => 'xx'), 'de'], ['de'])).toBeUndefined();
  });

  test('returns one of the available languages or undefined for any input', () => {
    const part = fc.oneof(
      fc.constantFrom('de', 'en-GB', '*', ';q=0.5', ';q=0', ',', ' ', '-', 'q', '_'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (accepted) => {
          expect([undefined, 'de', 'en']).toContain(pickLocale(accepted, ['de', 'en']));
        },
      ),
    );
  });

  test.each([
    ['de-CH,de;q=0.9', 'de-CH'],
    ['*, fr_ca;q=0.1', 'fr-CA'],
    ['*', undefined],
    ['de;q=0', undefined],
    [undefined, undefined],
  ])('prefers from %j: %j', (accepted, preferred) => {
    expect(preferredLocale(accepted)).toBe(preferred);
  });
});

describe('the locale of a request', () => {
  const mailerFor = (locales: (string | undefined)[], defaultLocale?: string) =>
    createMailer({
      config: {
        fromEmail: 'a@example.com',
        defaultLocale,
        templates: locales.map((locale) => ({
          usageType: 'SignIn',
          contentType: 'text/plain',
          subject: locale ?? 'any',
          content: '{{code}}',
          locale,
        })),
      },
      transport: recordingTransport(),
    });

  test.each<[locale: AcceptedLocales | undefined, subject: string]>([
    ['de-CH,de;q=0.9', 'de'],
    ['xx, fr;q=0.3', 'fr'],
    [['xx', 'fr-CH'], 'fr'],
    ['xx', 'any'],
    ['*', 'any'],
    ['fr;q=0', 'any'],
    ['no language at all', 'any'],
    ['x'.repeat(10_000), 'any'],
    [[], 'any'],
    [undefined, 'any'],
  ])('%j finds the template %s', async (locale, subject) => {
    const mailer = mailerFor(['de', 'fr', undefined]);
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '1' }, locale } as const;
    expect((await mailer.render(request)).subject).toBe(subject);
    expect((await mailer.render(parseSendRequest({ ...request }))).subject).toBe(subject);
  });

  test.each([
    ['xx', 'fr'],
    ['*', 'fr'],
    ['fr;q=0, de;q=0.1', 'de'],
    ['fr;q=0', 'fr'],
  ])('%j finds the template %s if it is the default', async (locale, subject) => {
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '1' }, locale } as const;
    expect((await mailerFor(['de', 'fr'], 'fr').render(request)).subject).toBe(subject);
  });

  test('* finds any template', async () => {
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '1' }, locale: '*' } as const;
    expect((await mailerFor(['de', 'fr']).render(request)).subject).toBe('de');
  });

  test('is passed to resolveTemplate as the preferred tag and as a whole', async () => {
    const asked: unknown[] = [];
    const mailer = createMailer({
      config: { fromEmail: 'a@example.com', templates: [] },
      transport: recordingTransport(),
      async resolveTemplate(...wanted) {
        asked.push(wanted);
        return { subject: 'S', content: '{{code}}' };
      },
    });
    await mailer.render({
      to: 'ada@example.com',
      type: 'SignIn',
      payload: { code: '1' },
      locale: 'de_ch,de;q=0.9',
    });
    expect(asked).toEqual([['SignIn', 'de-CH', 'de_ch,de;q=0.9']]);
  });

  test.each([7, {}, [7], true])('cannot be %j', (locale) => {
    expect(() => parseSendRequest({ to: 'a@example.com', type: 'SignIn', payload: {}, locale })).toThrow(
      'locale must be a string',
    );
  });
});
