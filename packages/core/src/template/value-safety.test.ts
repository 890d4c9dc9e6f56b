import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Payload, renderWith } from '../../fixtures/render-with.js';

const EVIL = 'Ada\n\nYOUR ACCOUNT IS LOCKED.\nUnlock it here: https://evil.example';

/** Every way for a template to show a value, with the payload that leads there. */
const PLACES: readonly [written: string, payload: (value: string) => Payload][] = [
  ['{{organization.name}}', (name) => ({ organization: { name } })],
  ['{{{organization.name}}}', (name) => ({ organization: { name } })],
  ['{{organization}}', (organization) => ({ organization })],
  ['{{a.b.c}}', (c) => ({ a: { b: { c } } })],
  ['{{list.0}}', (value) => ({ list: [value] })],
  ['{{#each list}}{{this}}{{/each}}', (value) => ({ list: [value] })],
  ['{{#each list}}{{name}}{{/each}}', (name) => ({ list: [{ name }] })],
  ['{{#each byName}}{{@key}}{{/each}}', (value) => ({ byName: { [value]: 1 } })],
  ['{{#with user}}{{name}} {{../other}}{{/with}}', (name) => ({ user: { name }, other: name })],
  ['{{lookup user "name"}}', (name) => ({ user: { name } })],
  ['{{unlink user.name}}', (name) => ({ user: { name } })],
  ['{{#if (eq a b)}}{{a}}{{/if}}', (a) => ({ a, b: a })],
  ['{{@root.name}}', (name) => ({ name })],
  ['{{code}}', (code) => ({ code })],
  ['{{link}}', (link) => ({ link })],
];

/** All that a template may turn into a line break, or that no reader sees. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const LINE = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\r', '\n', '\r\n', '\v', '\f', '\0', '\t', '\u0085', '\u2028', '\u2029'),
    fc.constantFrom(
      '\u202e',
      '\u2066',
      '\u2069',
      '\u200b',
      '\u200e',
      '\u200c',
      '\u200d',
      '\u00ad',
      '\ufeff',
      '\u061c',
    ),
    fc.constantFrom(
      '\u{e0041}',
      '\u{e007f}',
      '\ufe0f',
      '\u3164',
      '\u115f',
      '\u034f',
      '\ufdd0',
      '\ufdd1',
      '\ufdd2',
      '\ud800',
    ),
    fc.constantFrom('<', '>', '"', "'", '&', '@', '://', '.', 'a', ' '),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((char) => !/\p{RGI_Emoji}/v.test(char)),
  ),
  minLength: 1,
});

/** Isolates come in pairs, around a value from right to left. */
const withoutIsolates = (text: string) => text.replace(/\u2068([^\u2068\u2069]*)\u2069/g, '$1');

describe.each(PLACES)('a value shown by %s', (written, payload) => {
  test('is one line without hidden characters in the subject, text, HTML, and derived text', async () => {
    const content = `Dear reader,\n\n${written}\n\nBye`;
    const asText = renderWith({ subject: `Hi ${written}`, content }, { missingVariable: 'empty' });
    const asHtml = renderWith(
      { contentType: 'text/html', content: `<p>Hi</p><pre title="${written}">${written}</pre><p>Bye</p>` },
      { missingVariable: 'empty' },
    );
    const plain = (await asHtml(payload('Ada'))).text;
    await fc.assert(
      fc.asyncProperty(nasty, async (value) => {
        const { subject, text } = await asText(payload(value));
        expect(withoutIsolates(subject)).not.toMatch(HIDDEN);
        expect(text.split(LINE)).toHaveLength(5);
        expect(withoutIsolates(text).replaceAll('\n', '')).not.toMatch(HIDDEN);
        const { html = '', text: derived } = await asHtml(payload(value));
        expect(html).not.toMatch(HIDDEN);
        expect(derived.split(LINE).length).toBeLessThanOrEqual(plain.split(LINE).length);
        expect(withoutIsolates(derived).replaceAll('\n', '')).not.toMatch(HIDDEN);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a name', () => {
  test('cannot add paragraphs to the text or lines to the subject', async () => {
    const render = renderWith({
      subject: 'Join {{organization.name}}',
      content: 'Join {{organization.name}}.\n',
    });
    const { subject, text } = await render({ organization: { name: EVIL } });
    const line = 'Join Ada YOUR ACCOUNT IS LOCKED. Unlock it here: https://evil.example';
    expect(subject).toBe(line);
    expect(text).toBe(`${line}.\n`);
  });

  test.each([
    ['a right-to-left override', 'Ada\u202egpj.exe', 'Adagpj.exe'],
    ['a zero-width space', 'pay\u200bpal', 'paypal'],
    ['tag characters', 'Ada\u{e0049}\u{e0067}\u{e006e}', 'Ada'],
    ['tag characters after a flag', '🏴\u{e0067}\u{e0062}\u{e0068}\u{e0069}\u{e007f}', '🏴'],
    ['a filler', '\u3164', ''],
    ['an isolate', '\u2066Ada\u2069', 'Ada'],
    ['a variation selector in a word', 'A\ufe0fda', 'Ada'],
    ['a joiner between Latin letters', 'A\u200dd\u200ca', 'Ada'],
    ['half a character', 'Ada\ud800', 'Ada\ufffd'],
  ])('loses %s', async (_, name, shown) => {
    const all = '{{user.name}}';
    const { subject, text } = await renderWith({ subject: all, content: all })({ user: { name } });
    expect({ subject, text }).toEqual({ subject: shown, text: shown });
    const { html, text: derived } = await renderWith({ contentType: 'text/html', content: `<p>${all}</p>` })({
      user: { name },
    });
    expect({ html, derived }).toEqual({ html: `<p>${shown}</p>`, derived: shown });
    const { from } = await renderWith({ sendFrom: `${all}! <a@example.com>` })({ user: { name } });
    expect(from.name).not.toMatch(HIDDEN);
  });

  test.each([
    ['a family', '👩‍👩‍👧'],
    ['an emoji with a skin tone', '👩🏽‍🚀'],
    ['a flag', '🏳️‍🌈'],
    ['a heart in color', '❤️'],
    ['a keycap', '1️⃣'],
    ['the flag of Scotland', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['a Persian word', 'می‌خواهم'],
    ['a Sinhala word', 'ශ්‍රී'],
    ['an ideograph with a variant', '葛\u{e0100}'],
    ['accents', 'Żółć Nguyễn'],
  ])('keeps the joiners and selectors of %s', async (_, name) => {
    const { text } = await renderWith({ content: '{{user.name}}' })({ user: { name } });
    expect(withoutIsolates(text)).toBe(name);
  });

  test.each(['application', 'organization', 'inviter', 'user'])(
    'of %s has a maximum length',
    async (root) => {
      const content = `{{${root}.name}}`;
      const { subject, text, from } = await renderWith({
        subject: content,
        content,
        sendFrom: `${content} <a@example.com>`,
      })({ [root]: { name: 'á'.repeat(5000) } });
      const cut = `${'á'.repeat(99)}…`;
      expect({ subject, text, name: from.name }).toEqual({ subject: cut, text: cut, name: cut });
    },
  );

  test('is truncated between characters, even with many combining marks', async () => {
    const render = renderWith({ content: '{{user.name}}' });
    const family = '👩‍👩‍👧';
    expect((await render({ user: { name: family.repeat(200) } })).text).toMatch(
      new RegExp(`^(?:${family})+…$`),
    );
    expect((await render({ user: { name: `a${'\u0301'.repeat(50_000)}` } })).text.length).toBeLessThan(500);
  });

  test('does not truncate other values', async () => {
    const message = 'x'.repeat(5000);
    expect((await renderWith({ content: '{{message}}' })({ message })).text).toBe(message);
  });
});

describe('a display name', () => {
  test.each(['sendFrom', 'replyTo'] as const)(
    'from a value never looks like an address in %s',
    async (field) => {
      const render = renderWith({ [field]: '{{organization.name}} via Acme <notice@example.com>' });
      const show = async (name: string) => {
        const { from, replyTo } = await render({ organization: { name } });
        return (field === 'sendFrom' ? from : replyTo?.[0])?.name;
      };
      expect(await show('security@paypal.example')).toBe('security(at)paypal.\u200aexample via Acme');
      expect(await show('https://evil.example/x')).toBe('https:\u200a/\u200a/evil.\u200aexample/x via Acme');
      expect(await show('www.evil.example')).toBe('www.\u200aevil.\u200aexample via Acme');
      expect(await show('Dr. Ada: King & Co.')).toBe('Dr. Ada: King & Co. via Acme');
      await fc.assert(
        fc.asyncProperty(nasty, async (value) => {
          const name = await show(`security@${value}`);
          expect(name).not.toMatch(/[@\uff20\ufe6b]|:\/\/|\S\.\p{L}/u);
          expect(name).not.toMatch(HIDDEN);
          expect(name?.length).toBeLessThan(600);
        }),
        { numRuns: 100 },
      );
    },
  );

  test.each([
    ['{{reply}}', { reply: '"security@paypal.example" <eve@example.com>' }],
    ['{{reply}}', { reply: '"Ada\u202e security@paypal.example" <eve@example.com>' }],
    ['{{#if reply}}{{reply}}{{/if}}', { reply: '"https://evil.example" <eve@example.com>' }],
  ])('in the same value as the address in %s does not look like an address', async (replyTo, payload) => {
    const [mailbox] = (await renderWith({ replyTo })(payload)).replyTo ?? [];
    expect(mailbox?.address).toBe('eve@example.com');
    expect(mailbox?.name).not.toMatch(/@|:\/\/|\u202e/);
  });
});

describe('unlink', () => {
  test.each([
    ['https://evil.example/x', 'https:\u200a/\u200a/evil.\u200aexample/x'],
    ['www.evil.example', 'www.\u200aevil.\u200aexample'],
    ['evil.example/path', 'evil.\u200aexample/path'],
    ['Booking.com', 'Booking.\u200acom'],
    ['ada@example.com', 'ada(at)example.\u200acom'],
    ['mailto:ada', 'mailto:\u200aada'],
    ['\\\\evil\\share', '\\\u200a\\evil\\share'],
    ['Acme, Inc. (Berlin): a + b @ c', 'Acme, Inc. (Berlin): a + b @ c'],
  ])('keeps %j from becoming a link', async (name, shown) => {
    expect((await renderWith({ content: '{{unlink user.name}}' })({ user: { name } })).text).toBe(shown);
    const html = { contentType: 'text/html', content: '<p>{{unlink user.name}}</p>' } as const;
    expect((await renderWith(html)({ user: { name } })).html).toBe(`<p>${shown}</p>`);
  });

  test('takes one value', async () => {
    await expect(renderWith({ content: '{{unlink a b}}' })({})).rejects.toThrow(
      '{{unlink …}} takes one value, such as (unlink organization.name)',
    );
  });
});

describe('a right-to-left value', () => {
  const name = 'عائشة';

  test('is isolated in a left-to-right sentence', async () => {
    const content = 'Join {{user.name}}, 2 seats';
    const { subject, text } = await renderWith({ subject: content, content })({ user: { name } });
    expect({ subject, text }).toEqual({
      subject: `Join \u2068${name}\u2069, 2 seats`,
      text: `Join \u2068${name}\u2069, 2 seats`,
    });
  });

  test('is isolated in HTML text, but not in attributes', async () => {
    const content = '<p title="{{user.name}}">Join {{user.name}}</p>';
    const { html, text } = await renderWith({ contentType: 'text/html', content })({ user: { name } });
    expect(html).toBe(`<p title="${name}">Join &#8296;${name}&#8297;</p>`);
    expect(text).toBe(`Join \u2068${name}\u2069`);
  });

  test.each(['ar', 'he-IL', 'fa'])('is not isolated in a template in %s', async (locale) => {
    const { text } = await renderWith({ locale, content: '{{user.name}}' })({ user: { name } }, { locale });
    expect(text).toBe(name);
  });

  test.each(['link', 'page', 'user.website', 'list.0'])(
    'is not isolated in a URL, as {{%s}}',
    async (path) => {
      const url = `https://example.com/${name}?a=1`;
      const payload = { link: url, page: url, user: { website: url }, list: [url] };
      const { text } = await renderWith({ content: `{{${path}}}` })(payload);
      expect(text).toBe(url);
      const content = `<a href="{{${path}}}">{{${path}}}</a>`;
      const email = await renderWith({ contentType: 'text/html', content })(payload);
      expect(email).toMatchObject({ html: `<a href="${url}">${url}</a>`, text: url });
    },
  );
});

test('codes and links are unchanged', async () => {
  const payload = {
    code: 'A.B:C@D//E  F=`',
    link: 'https://app.example.com/a//b?x=ada@example.com&y=https://c.example#d.e:f',
  };
  const content = '{{code}} {{link}}';
  const { text, subject } = await renderWith({ subject: content, content })(payload);
  const exact = `${payload.code} ${payload.link}`;
  expect({ text, subject }).toEqual({ text: exact, subject: exact });
});
