import { type CodePayload, ConfigError, createMailer } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, test } from 'vitest';
import { type BrandInput, createTemplates } from './index.js';

async function renderSignIn(brand: BrandInput, payload: CodePayload) {
  const config = { fromEmail: 'noreply@example.com', templates: createTemplates({ brand, locales: ['en'] }) };
  const mailer = createMailer({ config, transport: createMemoryTransport() });
  return mailer.render({ to: 'ada@example.com', type: 'SignIn', payload });
}

const issuesOf = (brand: BrandInput) => {
  try {
    createTemplates({ brand });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(({ path, message, hint }) => [path.join('.'), message, ...(hint ? [hint] : [])]);
  }
};

describe('a brand', () => {
  test.each(['Acme\u202egnp.exe', 'Ac\u200bme', 'Acme\u2066', 'Ac\u2028me', 'Acme\ufeffInc', 'Acme\ud800'])(
    'without invisible characters: %j',
    (text) => {
      const problem =
        'contains an invisible character, such as a bidi control or a zero-width space: remove it';
      expect(issuesOf({ name: text })).toEqual([['brand.name', problem]]);
      expect(issuesOf({ name: 'Acme', address: text })).toEqual([['brand.address', problem]]);
    },
  );

  test.each(['می‌خواهم', '👩‍👩‍👧 Family', 'شركة', 'ශ්‍රී', 'Müller & Söhne', "O'Brien", '株式会社'])(
    'may be called %s',
    (name) => {
      expect(issuesOf({ name })).toEqual([]);
    },
  );

  test('appears as written in the text, and escaped in the HTML', async () => {
    const email = await renderSignIn({ name: 'Ben & <Jerry> $& "x"' }, { code: '000000' });

    expect(email.subject).toBe('Your sign-in code for Ben & <Jerry> $& "x"');
    expect(email.text).toContain('Sign in to Ben & <Jerry> $& "x"');
    expect(email.html).toContain('<span dir="auto">Ben &amp; &lt;Jerry&gt; $&amp; &quot;x&quot;</span>');
    expect(email.html).toContain('<title>Sign in to Ben &amp; &lt;Jerry&gt; $&amp; &quot;x&quot;</title>');
    expect(email.html).not.toContain('<Jerry>');
  });

  test('gives way to the name of the application', async () => {
    const email = await renderSignIn(
      { name: 'Acme' },
      { code: '000000', application: { name: 'Acme & <Admin>' } },
    );

    expect(email.subject).toBe('Your sign-in code for Acme & <Admin>');
    expect(email.html).toContain('Sign in to <span dir="auto">Acme &amp; &lt;Admin&gt;</span>');
  });

  test('has a logo, an address and a page for help where it wants', async () => {
    const email = await renderSignIn(
      {
        name: 'Acme',
        logoUrl: 'https://acme.example/logo.png',
        address: '1 Main St <Springfield>',
        supportUrl: 'https://acme.example/help?topic={{code}}',
      },
      { code: '000000' },
    );

    expect(email.html).toMatch(/<img [^>]*src="https:\/\/acme\.example\/logo\.png" alt="Acme"/);
    expect(email.html).toContain('1 Main St &lt;Springfield&gt;');
    expect(email.text).toContain('1 Main St <Springfield>\n');
    expect(email.text).toContain('Help and support – https://acme.example/help?topic=%7B%7Bcode%7D%7D\n');
  });

  test('works without any of them', async () => {
    const { html, text } = await renderSignIn({ name: 'Acme' }, { code: '000000' });

    expect(html).not.toContain('<img');
    expect(`${html}${text}`).not.toMatch(/undefined|Help and support/);
  });

  test('writes in black or white on its color, whichever reads better', async () => {
    const link = { code: '000000', link: 'https://acme.example/x' };
    const labelOn = async (accent: string) =>
      /class="label".*?color:(#\w+)"/.exec(
        (await renderSignIn({ name: 'Acme', colors: { light: { accent } } }, link)).html ?? '',
      )?.[1];

    expect(await labelOn('#ffd400')).toBe('#000000');
    expect(await labelOn('#00f')).toBe('#ffffff');
  });

  test('has a second logo for dark mode', async () => {
    const logos = { logoUrl: 'https://acme.example/logo.png', darkLogoUrl: 'https://acme.example/dark.png' };
    const { html } = await renderSignIn({ name: 'Acme', ...logos }, { code: '000000' });

    expect(html).toMatch(/<img class="logo day"[^>]* src="https:\/\/acme\.example\/logo\.png"/);
    expect(html).toMatch(/<div class="night" style="display:none[^>]*><img [^>]*dark\.png"/);
    expect(
      (await renderSignIn({ name: 'Acme', logoUrl: logos.logoUrl }, { code: '000000' })).html,
    ).not.toMatch(/night|class="logo day"/);
  });

  test.each([
    [undefined, '8px'],
    ['square', '0'],
    ['rounded', '8px'],
    ['pill', '24px'],
  ] as const)('has buttons of the shape %s', async (buttonShape, radius) => {
    const payload = { code: '000000', link: 'https://acme.example/x' };
    const { html } = await renderSignIn({ name: 'Acme', buttonShape }, payload);
    expect(html).toMatch(new RegExp(`class="button"[^>]* style="border-radius:${radius};`));
  });

  test.each([
    ['Inter, Helvetica Neue , sans-serif', "Inter,'Helvetica Neue',sans-serif"],
    ['Georgia', 'Georgia'],
  ])('has the font %s', async (font, css) => {
    const { html } = await renderSignIn({ name: 'Acme', font }, { code: '000000' });
    expect(html).toContain(`font-family:${css}"`);
  });

  test.each([
    ['acme.example', '@acme.example #000000'],
    ['Login.Acme.example', '@login.acme.example #000000'],
    ['bücher.example', '@xn--bcher-kva.example #000000'],
  ])('of the domain %s ends emails with a code with a line for autofill', async (domain, line) => {
    const { text, html } = await renderSignIn({ name: 'Acme', domain }, { code: '000000' });
    expect(text.endsWith(`\n\n${line}\n`)).toBe(true);
    expect(html).not.toContain('#000000 ');
    expect(
      (await renderSignIn({ name: 'Acme', domain }, { link: 'https://acme.example/x' })).text,
    ).not.toMatch(/^@/m);
    expect((await renderSignIn({ name: 'Acme' }, { code: '000000' })).text).not.toContain('#000000');
  });

  test.each<[string, BrandInput, string[][]]>([
    ...[
      'acme.example/login',
      'https://acme.example',
      'acme',
      'acme.example:8443',
      'ada@acme.example',
      '{{code}}',
      '',
    ].map((domain): [string, BrandInput, string[][]] => [
      `the domain ${domain}`,
      { name: 'Acme', domain },
      [['brand.domain', 'must be a domain, such as "acme.example"']],
    ]),
    ...['Inter; color: red', "'Inter'", 'url(x)', '{{code}}', 'a"b'].map(
      (font): [string, BrandInput, string[][]] => [
        `the font ${font}`,
        { name: 'Acme', font },
        [
          [
            'brand.font',
            'must be a list of font families without quotation marks, such as "Inter, Arial, sans-serif"',
          ],
        ],
      ],
    ),
    [
      'only a dark logo',
      { name: 'Acme', darkLogoUrl: 'https://acme.example/dark.png' },
      [['brand.darkLogoUrl', 'requires logoUrl, the logo for light mode']],
    ],
    ['no name', { name: ' ' }, [['brand.name', 'must not be empty']]],
    [
      'a name with braces',
      { name: '{{code}}' },
      [['brand.name', 'contains a brace, which marks a variable in templates: remove it']],
    ],
    [
      'a name of two lines',
      { name: 'A\nB' },
      [['brand.name', 'contains a line break or a control character: remove it']],
    ],
    [
      'a logo without https',
      { name: 'Acme', logoUrl: 'http://acme.example/logo.png' },
      [['brand.logoUrl', 'must be an https URL']],
    ],
    [
      'a page for help that runs a script',
      { name: 'Acme', supportUrl: 'javascript:alert(1)' },
      [['brand.supportUrl', 'must be an https or mailto URL']],
    ],
    ...[
      'blob:https://acme.example/x',
      'https://user:pass@acme.example/',
      'https:\\\\acme.example',
      'https:acme.example',
      '//acme.example',
      ' https://acme.example',
      'https://acme.example/\n',
      'data:image/png;base64,AA',
    ].flatMap((text): [string, BrandInput, string[][]][] => [
      [`the logo ${text}`, { name: 'Acme', logoUrl: text }, [['brand.logoUrl', 'must be an https URL']]],
      [
        `the page for help ${text}`,
        { name: 'Acme', supportUrl: text },
        [['brand.supportUrl', 'must be an https or mailto URL']],
      ],
    ]),
    ...[
      'mailto:',
      'mailto:help',
      'mailto:help@acme.example,x@acme.example',
      'mailto:a%0Ab@acme.example',
      'mailto:help@acme.example?subject=a\nb',
    ].map((supportUrl): [string, BrandInput, string[][]] => [
      `the page for help ${supportUrl}`,
      { name: 'Acme', supportUrl },
      [['brand.supportUrl', 'must be an https or mailto URL']],
    ]),
    [
      'a color that is none',
      { name: 'Acme', colors: { light: { accent: 'red;}' } } },
      [['brand.colors.light.accent', 'must be a color such as "#1f4fd8"']],
    ],
    [
      'unreadable colors',
      { name: 'Acme', colors: { light: { muted: '#aaa' }, dark: { accent: '#ff0', onAccent: '#fff' } } },
      [
        [
          'brand.colors.light.muted',
          'muted #aaaaaa on card #ffffff has a contrast of 2.32: it must be 4.5 or more (WCAG AA)',
          'Make muted darker, or choose another card.',
        ],
        [
          'brand.colors.light.muted',
          'muted #aaaaaa on page #f3f4f6 has a contrast of 2.11: it must be 4.5 or more (WCAG AA)',
          'Make muted darker, or choose another page.',
        ],
        [
          'brand.colors.dark.onAccent',
          'onAccent #ffffff on accent #ffff00 has a contrast of 1.07: it must be 4.5 or more (WCAG AA)',
          'Make onAccent darker, or choose another accent.',
        ],
      ],
    ],
  ])('with %s is refused', (_name, brand, issues) => {
    expect(issuesOf(brand)).toEqual(issues);
  });
});
