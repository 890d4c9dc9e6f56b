import { readFile } from 'node:fs/promises';
import { ConfigError, inspectConnectorConfig, isNotice, parseConnectorConfig } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { sampledTypes } from '../fixtures/covering-sample.js';
import {
  createRenderer,
  LAYOUT_TYPES,
  SAMPLE_BRAND,
  SAMPLE_LINK,
  sampleRequest,
} from '../fixtures/sample-emails.js';
import { buildLayout } from '../scripts/build-layout.js';
import { COPY, createTemplates, LOCALES, type TemplatesOptions, USAGE_TYPES } from './index.js';

const MINUTE = 60_000;
const brand = { name: 'Acme' };
const templates = createTemplates({ brand: SAMPLE_BRAND });
const render = createRenderer(templates);

const server = { host: 'smtp.example.com', port: 587, auth: {}, fromEmail: 'noreply@example.com' };

describe('the templates', { timeout: 60_000 }, () => {
  test('are what a config takes, without an error or a warning', () => {
    expect(inspectConnectorConfig({ ...server, templates }).issues).toEqual([]);
    expect(parseConnectorConfig({ ...server, templates }).templates).toHaveLength(templates.length);
  });

  test('have no code in their subjects', () => {
    const showsCode = ({ subject }: { subject: string }) => /\{\{(?!#if )[^}]*\bcode\b/.test(subject);
    expect(templates.filter(showsCode)).toEqual([]);
  });

  test('are the same every time', () => {
    expect(createTemplates({ brand: SAMPLE_BRAND })).toEqual(templates);
  });

  test.each(USAGE_TYPES)('of %s look like this', async (type) => {
    const { subject, text, html } = await render(sampleRequest(type, 'en'));
    await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`__snapshots__/${type}.txt`);
    await expect(html).toMatchFileSnapshot(`__snapshots__/${type}.html`);
  });

  test('stay under 20 KB in every language, with all parts', async () => {
    for (const locale of LOCALES) {
      for (const type of sampledTypes(locale)) {
        const { html = '' } = await render(sampleRequest(type, locale, 'code and link'));
        expect(Buffer.byteLength(html), `${type} in ${locale}`).toBeLessThan(20_000);
      }
    }
  });

  test('have the layout that its sources make', async () => {
    const committed = await readFile(new URL('./layout.generated.ts', import.meta.url), 'utf8');
    expect(committed, 'run: npx --yes pnpm@12 --filter @postern/templates layout').toBe(await buildLayout());
  });
});

describe('an email', { timeout: 60_000 }, () => {
  test.each(LOCALES)('in %s shows the code prominently, and warns not to share it', async (locale) => {
    const { html = '', text, subject } = await render(sampleRequest('SignIn', locale, 'code'));

    // The preheader comes first, so a list of emails shows it, and a notification.
    const visible = html.replace(/<head>.*<\/head>/s, '').replace(/<[^>]+>/g, '');
    expect(visible.trim()).toMatch(/^000000 /);
    // One tap selects it, and it reads from left to right.
    expect(html).toMatch(/<span class="digits" dir="ltr" style="[^"]*user-select:all[^"]*">000000<\/span>/);
    expect(text).toMatch(/^000000$/m);
    // Mail servers log subjects.
    expect(subject).not.toContain('000000');
    expect(html + text).not.toMatch(/\{\{|\}\}|undefined|null/);
  });

  test.each(LOCALES)('in %s says its language and direction', async (locale) => {
    const { html } = await render(sampleRequest('SignIn', locale));
    const dir = ['ar', 'he'].includes(locale) ? 'rtl' : 'ltr';
    expect(html).toContain(`<html lang="${locale}" dir="${dir}">`);
    // Gmail and others take away the html element.
    expect(html).toMatch(new RegExp(`<div class="page" dir="${dir}" role="main" lang="${locale}"`));
  });

  test('keeps an address from left to right in a text from right to left', async () => {
    const { html } = await render(sampleRequest('Register', 'he'));
    expect(html).toMatch(/<span dir="ltr"><a class="address"/);
    expect(html).toContain('ב-<span dir="auto">Acme</span>');
  });

  test.each([
    'https://evil.example/x',
    'www.evil.example',
    'evil.example/path',
    'security@paypal.example',
    'Ada\n\nUnlock it here: https://evil.example',
    'Ada\u202e evil.example\u200b/x',
  ])('never shows a name that becomes a link: %j', async (name) => {
    for (const locale of ['en', 'he', 'ja'] as const) {
      for (const type of LAYOUT_TYPES) {
        const request = sampleRequest(type, locale, 'code and link');
        const names = { application: { name }, organization: { name }, inviter: { name }, member: { name } };
        const plain = await render(request);
        const { subject, text, html } = await render({
          ...request,
          payload: { ...request.payload, ...names },
        } as typeof request);
        for (const shown of [subject, text, html]) {
          expect(shown).not.toMatch(/(?:evil|paypal)\.example|\/\/evil|security@|[\u202e\u200b]/);
        }
        expect(text.split('\n')).toHaveLength(plain.text.split('\n').length);
      }
    }
  });

  test('has the link on its button, in letters, and in the text', async () => {
    const { html = '', text } = await render(sampleRequest('Register', 'en'));
    const hrefs = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href?.replaceAll('&amp;', '&'));
    expect(hrefs.filter((href) => href === SAMPLE_LINK)).toHaveLength(2);
    expect(text).toContain(`\n\n${SAMPLE_LINK}\n\n`);
    expect(text).not.toContain('code');
  });

  test.each(LOCALES)('in %s says how long it is still good, in every part', async (locale) => {
    const now = Date.UTC(2030, 0, 1);
    const renderAt = createRenderer(templates, { now: () => now });
    const unit = new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' });
    for (const type of sampledTypes(locale).filter((type) => !isNotice(type))) {
      const request = { ...sampleRequest(type, locale), expiresAt: new Date(now + 179.5 * 60_000) };
      const { text, html } = await renderAt(request);
      expect(text, type).toContain(unit.format(179));
      expect(html, type).toContain(unit.format(179));
      expect(text + html, type).not.toContain(unit.format(10));
    }
  });

  test('for every other reader says it in the default language', async () => {
    const now = Date.UTC(2030, 0, 1);
    const german = createTemplates({ brand, locales: ['de', 'fr'], defaultLocale: 'de' });
    const renderAt = createRenderer(german, { now: () => now });
    const { text } = await renderAt({ ...sampleRequest('SignIn', 'xx'), expiresAt: new Date(now + 240_000) });
    expect(text).toContain('4 Minuten');
  });

  test('says what its usage type is set to, where the request does not say when it expires', async () => {
    const own = createRenderer(
      createTemplates({
        brand,
        locales: ['en'],
        validForMs: {
          code: 5 * MINUTE,
          ForgotPassword: 60 * MINUTE,
          // The seconds are dropped.
          MfaVerification: 3 * MINUTE + 59_999,
          SignIn: 1440 * MINUTE,
          OrganizationInvitation: 10_080 * MINUTE,
        },
      }),
    );
    const saidOf = async (type: (typeof USAGE_TYPES)[number]) =>
      /Valid for (.*)\./.exec((await own(sampleRequest(type, 'en'))).text)?.[1];
    expect(await saidOf('Register')).toBe('5 minutes');
    expect(await saidOf('ForgotPassword')).toBe('1 hour');
    expect(await saidOf('MfaVerification')).toBe('3 minutes');
    expect(await saidOf('SignIn')).toBe('1 day');
    expect(await saidOf('OrganizationInvitation')).toBe('7 days');
  });

  test('escapes no more of its links than html needs', async () => {
    const supportUrl = 'https://acme.example/help?a=1&b=2';
    const own = createRenderer(createTemplates({ brand: { name: 'Acme', supportUrl }, locales: ['en'] }));
    const { html, text } = await own(sampleRequest('Register', 'en'));
    expect(html).toContain('href="https://acme.example/help?a=1&amp;b=2"');
    expect(html).not.toContain('&#x3D;');
    expect(text).toContain(supportUrl);
  });

  test.each([
    [{}, 'Your invitation to join Acme', 'You have been invited to join Acme.'],
    [{ organization: { name: 'R&D' } }, 'Your invitation to join R&D', 'You have been invited to join R&D.'],
    [{ inviter: { name: 'Ada' } }, 'Your invitation to join Acme', 'Ada has invited you to join Acme.'],
    [
      { inviter: { name: 'Ada' }, application: { name: 'Acme Admin' } },
      'Your invitation to join Acme Admin',
      'Ada has invited you to join Acme Admin.',
    ],
    [
      { inviter: {}, organization: {} },
      'Your invitation to join Acme',
      'You have been invited to join Acme.',
    ],
  ])('of an invitation reads well with the names %j', async (names, subject, intro) => {
    const payload = { link: SAMPLE_LINK, ...names };
    const email = await render({
      to: 'ada@example.com',
      type: 'OrganizationInvitation',
      locale: 'en',
      payload,
    });
    expect(email.subject).toBe(subject);
    expect(email.text).toContain(`\n\n${intro}\n\n`);
    expect(email.text).not.toContain('Valid for');
  });

  test('says how long it is good, as the language says it', async () => {
    const validityOf = async (locale: string, minutes: number) => {
      const validForMs = { code: minutes * MINUTE, invitation: 7 * 1440 * MINUTE };
      const email = await createRenderer(createTemplates({ brand, validForMs }))(
        sampleRequest('SignIn', locale),
      );
      return email.text.split('\n').find((line) => /\d|דק|دقيق/.test(line) && line !== '000000');
    };
    expect(await validityOf('en', 1)).toBe('Valid for 1 minute.');
    expect(await validityOf('en', 90)).toBe('Valid for 90 minutes.');
    expect(await validityOf('en', 120)).toBe('Valid for 2 hours.');
    expect(await validityOf('en', 1440)).toBe('Valid for 1 day.');
    expect(await validityOf('ru', 1)).toBe('Срок действия: 1 минута.');
    expect(await validityOf('ru', 3)).toBe('Срок действия: 3 минуты.');
    expect(await validityOf('ru', 10)).toBe('Срок действия: 10 минут.');
    expect(await validityOf('ar', 2)).toBe('مدة الصلاحية: دقيقتان.');
    expect(await validityOf('zh-CN', 10)).toBe('有效期：10分钟。');
  });
});

describe('a reader', { timeout: 60_000 }, () => {
  const languageOf = async (locale: string | undefined, options: Partial<TemplatesOptions> = {}) => {
    const { html } = await createRenderer(createTemplates({ brand, ...options }))({
      ...{ to: 'ada@example.com', type: 'SignIn', payload: { code: '000000' } },
      ...(locale !== undefined && { locale }),
    });
    return /<html lang="([^"]*)"/.exec(html ?? '')?.[1];
  };

  test.each([
    ['de-AT', 'de'],
    ['zh', 'zh-CN'],
    ['zh-Hans-SG', 'zh-CN'],
    ['zh_TW', 'zh-TW'],
    ['zh-Hant-HK', 'zh-TW'],
    ['zh-HK', 'zh-TW'],
    ['pt', 'pt-BR'],
    ['pt-AO', 'pt-BR'],
    ['pt-PT', 'pt-PT'],
    ['es-419', 'es-MX'],
    ['es-AR', 'es'],
    ['iw', 'he'],
    ['in', 'id'],
    ['sw', 'en'],
    [undefined, 'en'],
  ])('of %s gets %s', async (wanted, got) => {
    expect(await languageOf(wanted)).toBe(got);
  });

  test('of a language that was left out gets the default', async () => {
    expect(await languageOf('fr', { locales: ['de', 'en'] })).toBe('en');
    expect(await languageOf('fr', { locales: ['de', 'ja'] })).toBe('de');
    expect(await languageOf('fr', { locales: ['de', 'ja'], defaultLocale: 'ja' })).toBe('ja');
  });
});

describe('overrides', () => {
  test('replace single sentences of a language', async () => {
    const overrides = { en: { SignIn: { heading: 'Welcome back to {app} & more' }, footer: undefined } };
    const render = createRenderer(createTemplates({ brand, overrides }));
    const english = await render(sampleRequest('SignIn', 'en'));

    expect(english.subject).toBe('Your sign-in code for Acme');
    expect(english.text).toMatch(/^Welcome back to Acme & more\n/);
    expect(english.html).toContain('Welcome back to <span dir="auto">Acme</span> &amp; more</h1>');
    expect(english.text).toContain('This is an automated message from Acme.');
    expect((await render(sampleRequest('SignIn', 'de'))).text).toMatch(/^Bei Acme anmelden\n/);
  });
});

describe('copy', () => {
  const greek = { ...COPY.en, SignIn: { ...COPY.en.SignIn, subject: 'Ο κωδικός σας για το {app}' } };

  test('adds a language, and readers of its variants get it', async () => {
    const render = createRenderer(createTemplates({ brand, copy: { el: greek } }));

    expect((await render(sampleRequest('SignIn', 'el-CY'))).subject).toBe('Ο κωδικός σας για το Acme');
    expect((await render(sampleRequest('SignIn', 'de'))).text).toMatch(/^Bei Acme anmelden\n/);
  });

  test('can be the only language, and the default', () => {
    const only = createTemplates({ brand, copy: { el: greek }, locales: ['el'] });
    expect(new Set(only.map(({ locale }) => locale))).toEqual(new Set(['el', undefined]));
  });

  test('replaces a ready-made language', async () => {
    const render = createRenderer(createTemplates({ brand, copy: { en: greek } }));
    expect((await render(sampleRequest('SignIn', 'en-US'))).subject).toBe('Ο κωδικός σας για το Acme');
  });

  test.each([
    ['fa', 'rtl'],
    ['ur-PK', 'rtl'],
    ['ckb', 'rtl'],
    ['dv', 'rtl'],
    ['pa-Arab', 'rtl'],
    ['yi', 'rtl'],
    ['az', 'ltr'],
    ['el', 'ltr'],
    ['ar-Latn', 'ltr'],
  ])('in %s runs %s', async (locale, direction) => {
    const [template] = createTemplates({ brand, copy: { [locale]: COPY.en }, locales: [locale] });
    expect(template?.content).toContain(`<html lang="${locale}" dir="${direction}">`);
  });
});

describe('types', () => {
  test('are the usage types of the templates', () => {
    const few = createTemplates({ brand, types: ['SignIn', 'PasswordChanged', 'SignIn'], locales: ['de'] });
    expect(few.map(({ usageType, locale }) => `${usageType} ${locale}`)).toEqual([
      'SignIn de',
      'PasswordChanged de',
      'SignIn undefined',
      'PasswordChanged undefined',
    ]);
  });
});

describe('the recipient', () => {
  test.each(LOCALES)('is at the end of an email in %s', async (locale) => {
    const { text, html } = await render(sampleRequest('SignIn', locale));
    for (const part of [text, html]) expect(part?.split('ada@example.com')).toHaveLength(2);
  });

  test('cannot become a web link', async () => {
    const to = 'ada+www.evil.example@example.com';
    const { text, html } = await render({ ...sampleRequest('SignIn', 'en'), to });
    expect(text + html).not.toMatch(/evil\.example/);
    expect(text).toContain('(at)example.');
  });

  test('can be left out', async () => {
    const without = createRenderer(createTemplates({ brand, locales: ['en'], showRecipient: false }));
    const { text, html } = await without(sampleRequest('SignIn', 'en'));
    expect(`${text}${html}`).not.toMatch(/ada@|was sent to/);
  });
});

describe('options that are not valid are refused', () => {
  test.each<[string, unknown, string, string]>([
    ['no brand', {}, 'brand', 'must be an object with a name'],
    ['a brand with an unknown key', { brand: { ...brand, logo: '' } }, 'brand.logo', 'unknown option'],
    ['an unknown key', { brand, locale: 'en' }, 'locale', 'did you mean locales?'],
    ['a language without copy', { brand, locales: ['en', 'tlh'] }, 'locales.1', 'there is no copy for "tlh"'],
    ['copy under a name', { brand, copy: { Greek: COPY.en } }, 'copy.Greek', 'is not a language tag'],
    [
      'copy under a tag that is not canonical',
      { brand, copy: { 'EL-gr': COPY.en } },
      'copy.EL-gr',
      'is not a language tag',
    ],
    [
      'copy without a sentence',
      { brand, copy: { el: { ...COPY.en, footer: undefined } } },
      'copy.el.footer',
      'must be a string',
    ],
    ['no usage type', { brand, types: [] }, 'types', 'must not be empty'],
    ['an unknown usage type', { brand, types: ['Welcome'] }, 'types.0', 'must be "Register" or'],
    [
      'a validity for a notice',
      { brand, validForMs: { PasswordChanged: 60_000 } },
      'validForMs.PasswordChanged',
      'unknown option',
    ],
    ['no language', { brand, locales: [] }, 'locales', 'must not be empty'],
    ['another default', { brand, locales: ['de'], defaultLocale: 'en' }, 'defaultLocale', 'one of locales'],
    ['no time', { brand, validForMs: { code: 0 } }, 'validForMs.code', 'must be 60000 or more'],
    ['minutes', { brand, validMinutes: { code: 10 } }, 'validMinutes', 'unknown option: expected one of'],
    [
      'an override with a variable of Handlebars',
      { brand, overrides: { en: { footer: 'From {{app}}' } } },
      'overrides.en.footer',
      'contains a brace that is not part of a placeholder',
    ],
    [
      'an override with an unknown placeholder',
      { brand, overrides: { en: { valid: 'For {duration} and {code}' } } },
      'overrides.en.valid',
      'contains the placeholder {code}, which is not available here',
    ],
    [
      'an override without its placeholder',
      { brand, overrides: { de: { OrganizationInvitation: { subject: 'Hallo' } } } },
      'overrides.de.OrganizationInvitation.subject',
      'must contain the placeholder {organization}',
    ],
    [
      'an override of two lines',
      { brand, overrides: { de: { SignIn: { subject: 'a\r\nBcc: b@example.com' } } } },
      'overrides.de.SignIn.subject',
      'contains a line break',
    ],
  ])('%s', (_name, options, path, message) => {
    // What JavaScript may pass.
    const create = () => createTemplates(options as TemplatesOptions);
    expect(create).toThrow(ConfigError);
    try {
      create();
    } catch (error) {
      const issues = (error as ConfigError).issues.map((issue) => [issue.path.join('.'), issue.message]);
      expect(issues).toEqual([[path, expect.stringContaining(message)]]);
    }
  });
});
