import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordingLogger, recordingTransport } from '../../fixtures/recording.js';
import {
  createMailer,
  type Email,
  MailError,
  type Mailer,
  type MissingVariable,
  type PayloadValue,
  type SendRequest,
  type Template,
} from '../index.js';

type Payload = Record<string, PayloadValue>;

/** A custom type, so that the payload can have any variables. */
function rendererOf(
  template: Partial<Template>,
  missingVariable?: MissingVariable,
): (payload: Payload) => Promise<Email> {
  const mailer: Mailer = createMailer({
    config: {
      fromEmail: 'Example <noreply@example.com>',
      templates: [
        { usageType: 'Test', contentType: 'text/plain', subject: 'Test', content: 'Test', ...template },
      ] as Template[],
    },
    transport: recordingTransport(),
    missingVariable,
  });
  const request = (payload: Payload) => ({ to: 'ada@example.com', type: 'Test', payload });
  return (payload) => mailer.render(request(payload) as unknown as SendRequest);
}

const render = (template: Partial<Template>, payload: Payload, missingVariable?: MissingVariable) =>
  rendererOf(template, missingVariable)(payload);

const renderText = async (content: string, payload: Payload, missingVariable?: MissingVariable) =>
  (await render({ content }, payload, missingVariable)).text;

const problemOf = (content: string, payload: Payload) =>
  renderText(content, payload).then(
    (text) => expect.fail(`was rendered: ${text}`),
    (error: MailError) => error,
  );

describe('values', () => {
  test.each<[content: string, payload: Payload, text: string]>([
    ['{{code}}', { code: '123456' }, '123456'],
    ['{{ code }}', { code: '123456' }, '123456'],
    ['{{\n  code\n}}', { code: '123456' }, '123456'],
    ['{{application.name}}', { application: { name: 'Notes' } }, 'Notes'],
    ['{{list.0.name}}', { list: [{ name: 'first' }] }, 'first'],
    ['{{ a.b.0 }}', { a: { b: ['x', 'y'] } }, 'x'],
    ['{{a.0.1}} {{a.[0].[1]}}', { a: [['x', 'y']] }, 'y y'],
    ['{{007}} {{0}} {{1.5}} {{true}}', { '007': 'a', '0': 'b', '1': { '5': 'c' }, true: 'd' }, 'a b c d'],
    ['{{count}} {{ready}}', { count: 0, ready: false }, '0 false'],
    ['{{#if link}}{{link}}{{else}}{{code}}{{/if}}', { code: '1' }, '1'],
    ['{{#if (eq locale "de")}}Hallo{{else}}Hello{{/if}}', { locale: 'de' }, 'Hallo'],
    ['{{#each list}}{{@index}}:{{this}} {{/each}}', { list: ['a', 'b'] }, '0:a 1:b '],
    ['{{#each list as |item|}}{{item.name}}{{/each}}', { list: [{ name: 'a' }] }, 'a'],
    ['{{#with user}}{{name}} {{../code}}{{/with}}', { code: '1', user: { name: 'Ada' } }, 'Ada 1'],
    ['{{lookup list 1}} {{@root.code}}', { code: '1', list: ['a', 'b'] }, 'b 1'],
    ['a { b: {{code}}} {{{{code}}}} \\{{code}} \\\\{{code}}', { code: '1' }, 'a { b: 1} {{1}} \\1 \\\\1'],
    ['{{this}}{{ this }}', { this: 'X' }, 'XX'],
    ['a\r\n\u2028 {{code}}\ue000\0', { code: '1' }, 'a\r\n\u2028 1\ue000\0'],
  ])('%j with %j is %j', async (content, payload, text) => {
    expect(await renderText(content, payload)).toBe(text);
  });

  test('a value that looks like a template stays text', async () => {
    const evil = '{{code}} {{#if code}}x{{/if}} {{{code}}} \\{{code}}';

    expect(await renderText('{{name}}', { name: evil, code: '1' })).toBe(evil);
    const { subject, from } = await render(
      { subject: '{{name}}', sendFrom: '{{name}} <a@example.com>' },
      { name: '{{code}}', code: '1' },
    );
    expect({ subject, from }).toEqual({
      subject: '{{code}}',
      from: { name: '{{code}}', address: 'a@example.com' },
    });
  });

  test.each([
    '{{constructor.name}}',
    '{{__proto__}}',
    '{{toString}}',
    '{{name.length}}',
    '{{name.0}}',
    '{{list.map}}',
  ])('templates can access only the payload: %s', async (content) => {
    expect(await renderText(content, { name: 'Ada', list: [] }, 'empty')).toBe('');
  });
});

describe('a variable that the payload lacks', () => {
  test.each([
    ['{{code}}', {}, 'code is missing'],
    ['{{code}}', { code: null }, 'code is missing'],
    ['{{application.name}}', {}, 'application.name is missing'],
    ['{{application.name}}', { application: {} }, 'application.name is missing'],
    ['{{list.0.name}}', { list: [] }, 'list.0.name is missing'],
    ['{{ a.b.0 }}', { a: { b: [] } }, 'a.b.0 is missing'],
    ['{{name.length}}', { name: 'Ada' }, 'name.length is missing'],
    ['{{a}} {{b}}', {}, 'a is missing, b is missing'],
    ['{{#each list}}{{name}}{{/each}}', { list: [{}] }, 'name is missing'],
    ['{{lookup list 3}}', { list: [] }, '{{lookup list 3}} is missing'],
    ['{{@root.code}}', {}, '{{@root.code}} is missing'],
    ['{{user}}', { user: { name: 'Ada' } }, 'user must be text, not an object'],
    ['{{list}}', { list: ['a'] }, 'list must be text, not a list'],
    ['{{this}}', {}, 'this must be text, not an object'],
  ])('error: %s with %j', async (content, payload, problem) => {
    expect(await problemOf(content, payload)).toMatchObject({
      code: 'payload_invalid',
      stage: 'payload',
      message: `The payload does not match the Test template: ${problem}.`,
      hint: 'Pass the variable in payload, or wrap it in {{#if …}} in the template.',
    });
  });

  test('error: a variable that only {{#if}} tests can be missing', async () => {
    expect(await renderText('{{#if user.name}}Hi {{user.name}}{{/if}}', {})).toBe('');
  });

  test.each([
    ['<{{code}}>', {}, '<>'],
    ['<{{application.name}}>', {}, '<>'],
    ['<{{list.0.name}}>', { list: [] }, '<>'],
    ['<{{ a.b.0 }}>', { a: 'text' }, '<>'],
  ])('empty: %s with %j is %j', async (content, payload, text) => {
    expect(await renderText(content, payload, 'empty')).toBe(text);
  });

  test.each([
    ['{{code}} {{  code}} {{\n\tcode }}', {}, '{{code}} {{  code}} {{\n\tcode }}'],
    ['{{application.name}}', {}, '{{application.name}}'],
    ['<{{application.name}}>', { application: {} }, '<>'],
    ['<{{application.name}}>', { application: null }, '<>'],
    ['<{{list.0.name}}>', { list: [] }, '<>'],
    ['{{list.0.name}}', {}, '{{list.0.name}}'],
    ['{{ a.b.0 }}', {}, '{{ a.b.0 }}'],
    ['a\r{{x}} b\u2028\n c\u2028 {{y}}', {}, 'a\r{{x}} b\u2028\n c\u2028 {{y}}'],
    ['{{this}}', {}, '{{this}}'],
    ['{{#each list}}{{this}}, {{/each}}', { list: ['a', 1, false] }, 'a, 1, false, '],
    ['{{#with name}}{{this}}{{/with}}', { name: 'Ada' }, 'Ada'],
  ])('keep: %j with %j is %j', async (content, payload, text) => {
    expect(await renderText(content, payload, 'keep')).toBe(text);
  });

  test('keep: the placeholder also stays as written in HTML', async () => {
    const { html } = await render({ contentType: 'text/html', content: '<p>{{ a.b }}</p>' }, {}, 'keep');

    expect(html).toBe('<p>{{ a.b }}</p>');
  });
});

describe('the result is the same as in Logto', () => {
  /** Written from the description in the documentation of the host; used for text, subject and headers. */
  function reference(template: string, payload: Payload): string {
    return template.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (placeholder, path: string) => {
      const parts = path.split('.');
      if (!Object.hasOwn(payload, parts[0] ?? '')) return placeholder;
      let value: PayloadValue = payload;
      for (const part of parts) {
        const isObject: boolean = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
        value = isObject ? (value as Payload)[part] : undefined;
      }
      return String(value ?? '');
    });
  }

  const name = fc.constantFrom(
    'code',
    'a',
    'b',
    'name',
    '0',
    '1',
    '007',
    'true',
    'if',
    'each',
    'eq',
    'show',
    'length',
  );
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
  const space = fc.constantFrom('', ' ', '  ', '\n', '\t', '\r\n ', '\r');
  const variable = fc
    .tuple(space, path, space)
    .map(([before, inside, after]) => `{{${before}${inside}${after}}}`);
  // A brace can be anywhere, unless it would create a Handlebars tag: three on both sides, or a second pair.
  const prose = fc
    .oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\\', '\\\\', '\r', '\n', '\u2028', '\ue000', '}', '}}', '('),
    )
    .map((text) => text.replaceAll('{', '['));
  const plainTemplate = fc.array(fc.oneof(variable, prose), { maxLength: 8 }).map((parts) => parts.join(''));
  const payload = fc.letrec<{ value: PayloadValue; object: Payload }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.constantFrom('{{code}}', '<b>', '$&', null, undefined, true, 0, -0, 1.5, Number.NaN),
      fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  })).object;

  test('for every template made of plain variables', async () => {
    await fc.assert(
      fc.asyncProperty(plainTemplate, payload, async (content, values) => {
        expect(await renderText(content, values, 'keep')).toBe(reference(content, values));
      }),
      { numRuns: 1500 },
    );
  });

  test('for the subject, except for control characters', async () => {
    const printable = fc.array(
      fc.oneof(
        variable,
        fc.string().map((text) => text.replaceAll('{', '[')),
      ),
      { maxLength: 4 },
    );
    const clean = (text: string) =>
      text
        .toWellFormed()
        .replace(/[\t\r\n\x85\u2028\u2029]+/g, ' ')
        .replace(/\p{Cc}/gu, '');
    await fc.assert(
      fc.asyncProperty(printable, payload, async (parts, values) => {
        const subject = parts.join('');
        expect((await render({ subject }, values, 'keep')).subject).toBe(clean(reference(subject, values)));
      }),
      { numRuns: 300 },
    );
  });
});

describe('escaping', () => {
  const html = (content: string): Partial<Template> => ({ contentType: 'text/html', content });

  test('in html, values are escaped', async () => {
    const email = await render(html('<p title="{{name}}">{{name}}</p>'), { name: `<b>"Ada" & 'Co'</b>` });

    const escaped = '&lt;b&gt;&quot;Ada&quot; &amp; &#x27;Co&#x27;&lt;/b&gt;';
    expect(email.html).toBe(`<p title="${escaped}">${escaped}</p>`);
  });

  test('in text, subject and names they are not', async () => {
    const email = await render(
      { content: '{{name}}', subject: '{{name}}', sendFrom: '{{name}} <a@example.com>' },
      { name: 'Tom & "Jerry"' },
    );

    expect(email).toMatchObject({
      text: 'Tom & "Jerry"',
      subject: 'Tom & "Jerry"',
      from: { name: 'Tom & "Jerry"', address: 'a@example.com' },
    });
  });

  test.each([
    '{{name}}',
    '{{{name}}}',
    '{{&name}}',
    '{{{lookup user "name"}}}',
    '{{lookup user "name"}}',
    '{{#each list}}{{{this}}}{{/each}}',
    '{{#each byName}}{{{@key}}}{{/each}}',
    '{{{@root.name}}}',
    '{{#with user}}{{{name}}}{{{../name}}}{{/with}}',
    '{{{list}}}',
    '{{{deep.0.0}}}',
    '{{&"name"}}',
  ])('a value cannot add markup with any syntax: %s', async (content) => {
    // biome-ignore format: a list
    const render = rendererOf(html(content), 'empty');
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const value = `<i>${text}`;
        const { html } = await render({
          name: value,
          user: { name: value },
          list: [value],
          byName: { [value]: 1 },
          deep: [[value]],
        });
        expect(html).toContain('&lt;i&gt;');
        expect(html).not.toMatch(/[<>"]/);
      }),
      { numRuns: 40 },
    );
  });

  test('methods of objects are never called', async () => {
    const awkward = { toString: 'x', valueOf: 'x', toHTML: 'x' };

    expect(await renderText('{{a}} {{b}}', { a: awkward, b: [awkward, [null, 1]] }, 'empty')).toBe(
      '[object Object] [object Object],,1',
    );
    expect((await render(html('{{lookup a "b"}}'), { a: { b: awkward } }, 'keep')).html).toBe(
      '[object Object]',
    );
  });
});

describe('the plain-text alternative', () => {
  const derive = async (content: string, payload: Payload = {}) =>
    (await render({ contentType: 'text/html', content }, payload)).text;

  test('keeps the code and every link on one line', async () => {
    const link = `https://example.com/reset?token=${'x'.repeat(200)}&lang=de`;
    const text = await derive(
      `<html><head><title>no</title><style>p{}</style></head><body>
        <span style="display:none">preheader</span>
        <h1>Your code</h1><p style="letter-spacing:4px"><b>{{code}}</b></p>
        <p>Or <a href="{{link}}">sign in</a> &mdash; <a href="https://example.com">https://example.com</a></p>
        <img src="https://example.com/logo.png" alt="Logo"><table><tr><td>Bye</td></tr></table></body></html>`,
      { code: '482913', link },
    );

    expect(text).toBe(`Your code\n\n482913\n\nOr sign in <${link}> — https://example.com\n\nBye`);
  });

  test('is the text of the template, if it has one', async () => {
    const email = await render(
      { contentType: 'text/html', content: '<p>{{code}}</p>', text: 'Code: {{code}} {{name}}' },
      { code: '482913', name: '<Ada>' },
    );

    expect(email.text).toBe('Code: 482913 <Ada>');
  });

  test('is derived from HTML of any depth', async () => {
    expect(await derive(`${'<b>'.repeat(20_000)}x`)).toBeTypeOf('string');
  });

  test('a plain-text email has no HTML', async () => {
    expect(await render({ content: '{{code}}' }, { code: '1' })).not.toHaveProperty('html');
  });
});

describe('header fields', () => {
  test.each([
    ['a line break', 'Hi\r\nBcc: eve@example.com', 'Hi Bcc: eve@example.com'],
    ['a tab and a NUL', 'a\tb\0c', 'a bc'],
    ['an exotic line break', 'a\u2028b\u0085c', 'a b c'],
    ['half a character', 'a\ud800', 'a\ufffd'],
  ])('the subject loses %s', async (_name, value, subject) => {
    expect((await render({ subject: '{{value}}' }, { value })).subject).toBe(subject);
  });

  test.each([
    ['Eve <eve@example.com>', 'Eve eve(at)example.\u200acom'],
    ['"Eve" <eve@example.com>, Ada', '"Eve" eve(at)example.\u200acom, Ada'],
    ['Eve\r\nBcc: eve@example.com', 'Eve Bcc: eve(at)example.\u200acom'],
    ['"Example"', 'Example'],
  ])('a name cannot add an address: %j', async (name, shown) => {
    const { from } = await render({ sendFrom: '{{name}} <notice@example.com>' }, { name });

    expect(from).toEqual({ name: shown, address: 'notice@example.com' });
  });

  test.each([
    ['{{address}}', 'eve@example.com, ada@example.com'],
    ['{{address}}', 'eve@example.com\r\nBcc: ada@example.com'],
    ['Ada <{{address}}>', 'eve@example.com> <ada@example.com'],
  ])('sendFrom is used only if it is exactly one address: %s', async (sendFrom, address) => {
    expect((await render({ sendFrom }, { address })).from).toEqual({
      name: 'Example',
      address: 'noreply@example.com',
    });
  });

  test.each([
    ['{{#if name}}{{name}} <help@example.com>{{else}}help@example.com{{/if}}', ['Ada, Eve', undefined]],
    ['{{#if name}}{{name}} <help@example.com>,{{/if}}c@example.com', ['Ada, Eve', 'c@example.com']],
    ['{{#each list}}{{this}} <help@example.com>,{{/each}}', ['a, b', 'c']],
  ])('a block can enclose mailboxes and their commas: %s', async (replyTo, [first = '', second]) => {
    const payload = { name: 'Ada, Eve', list: ['a, b', 'c'] };
    const [one, other] = (await render({ replyTo }, payload)).replyTo ?? [];

    expect(one).toEqual({ name: first, address: 'help@example.com' });
    expect(other?.name ?? other?.address).toBe(second);
  });

  test('replyTo can be several addresses with variables', async () => {
    const replyTo = '"Help, {{name}}" <help@example.com>, {{address}},c@example.com';
    const reply = async (payload: Payload) => (await render({ replyTo }, payload)).replyTo;

    expect(await reply({ name: 'Ada', address: 'ada@example.com' })).toEqual([
      { name: 'Help, Ada', address: 'help@example.com' },
      { address: 'ada@example.com' },
      { address: 'c@example.com' },
    ]);
    expect(await reply({ name: 'Ada', address: 'eve@example.com, ada@example.com' })).toBeUndefined();
  });

  test('every header field is one line for any payload', async () => {
    const nasty = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\r', '\n', '\0', '<', '>', '"', ',', '@', '\u2028'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
    });
    const render = rendererOf({
      subject: '{{a}}',
      sendFrom: '"{{a}}" <{{b}}>',
      replyTo: '{{a}} <help@example.com>',
      contentType: 'text/html',
      content: '<p>{{a}}{{b}}</p>',
    });
    await fc.assert(
      fc.asyncProperty(nasty, fc.oneof(nasty, fc.emailAddress()), async (a, b) => {
        const { subject, from, to, replyTo = [], headers, messageId, html } = await render({ a, b });
        const fields = [
          subject, to, messageId, from.name ?? '', from.address,
          ...replyTo.flatMap(({ name = '', address }) => [name, address]),
          ...Object.entries(headers).flat(2),
        ]; // biome-ignore format: a list
        for (const field of fields) expect(field).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        for (const { name = '' } of [from, ...replyTo]) expect(name).not.toMatch(/[<>]/);
        expect(from.address).toMatch(/^[^\s,;<>]+@[a-z0-9.-]+$/);
        expect(html?.slice(3, -4)).not.toMatch(/[<>"]/);
      }),
      { numRuns: 400 },
    );
  });
});

describe('sizes', () => {
  test('a subject or content that is too long is refused', async () => {
    const render = rendererOf({ subject: '{{a}}', content: '{{#each list}}{{this}}{{/each}}' });
    const big = 'x'.repeat(100_000);

    await expect(render({ a: 'x'.repeat(999), list: [] })).rejects.toThrow(
      'The payload does not match the Test template: the rendered subject is longer than 998 characters.',
    );
    await expect(render({ a: 'x', list: Array.from({ length: 11 }, () => big) })).rejects.toThrow(
      'The payload does not match the Test template: the rendered content is longer than 1048576 characters.',
    );
    await expect(render({ a: `${big}x`, list: [] })).rejects.toThrow(
      'payload.a is longer than 100000 characters',
    );
  });
});

describe('compiling', () => {
  test('happens once per template for any number of emails', async () => {
    const logger = recordingLogger();
    const template = (usageType: string, locale?: string) =>
      ({ usageType, locale, contentType: 'text/html', subject: 'S', content: '<p>{{code}}</p>' }) as const;
    const mailer = createMailer({
      config: {
        fromEmail: 'a@example.com',
        templates: [template('SignIn'), template('SignIn', 'de'), template('Generic')],
      },
      transport: recordingTransport(),
      logger,
    });
    const types = ['SignIn', 'Register', 'BindMfa'] as const;
    for (let turn = 0; turn < 300; turn += 1) {
      const type = types[turn % types.length] ?? 'SignIn';
      await mailer.send({
        to: 'ada@example.com',
        type,
        locale: turn % 2 ? 'de-AT' : 'fr',
        payload: { code: '1234' },
      });
    }

    expect(logger.events.filter(({ event }) => event === 'template.compiled')).toEqual([
      { level: 'debug', event: 'template.compiled', type: 'SignIn', locale: undefined },
      { level: 'debug', event: 'template.compiled', type: 'Generic', locale: undefined },
      { level: 'debug', event: 'template.compiled', type: 'SignIn', locale: 'de' },
    ]);
  });

  test('a syntax error in a template from code is template_invalid', async () => {
    const error = await problemOf('Hi {{#if code}}', {});

    expect(error).toBeInstanceOf(MailError);
    expect(error).toMatchObject({
      code: 'template_invalid',
      stage: 'template',
      message:
        'The content of the Test template is broken at line 1, column 4: {{#if code}} is never closed: add {{/if}}.',
    });
  });
});
