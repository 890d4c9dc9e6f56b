import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordingTransport } from '../../fixtures/recording.js';
import { type Payload, renderWith } from '../../fixtures/render-with.js';
import { seedConfig } from '../../fixtures/seed-config.js';
import { ConfigError, createMailer, type MailError, parseConnectorConfig } from '../index.js';

const html = (content: string) => ({ contentType: 'text/html', content }) as const;

const problemOf = (content: string, payload: Payload) =>
  renderWith(html(content))(payload).then(
    ({ html }) => expect.fail(`was rendered: ${html}`),
    (error: MailError) => error,
  );

/** Everywhere in html that a URL can be. */
const POSITIONS: readonly string[] = [
  '<a href="{{x}}">a</a>',
  "<a href='{{x}}'>a</a>",
  '<a href={{x}}>a</a>',
  '<A HREF = "{{x}}">a</A>',
  '<a title="a > b" href="{{x}}">a</a>',
  '<a\nclass="c"\n\thref\n=\n"{{x}}"\n>a</a>',
  '<a href="{{{x}}}">a</a>',
  '<a {{#if x}}href="{{x}}"{{else}}class="c"{{/if}}>a</a>',
  '<a href="{{#if x}}{{x}}{{else}}https://example.com{{/if}}">a</a>',
  '{{#each list}}<a href="{{this}}">a</a>{{/each}}',
  '{{#with deep}}<a href="{{x}}">a</a>{{/with}}',
  '<a href="{{lookup deep "x"}}">a</a>',
  '<a href="{{list.0}}">a</a>',
  '<a href="{{empty}}{{x}}">a</a>',
  '<a href=" {{x}}">a</a>',
  '<a href="&#9;&NewLine;{{x}}">a</a>',
  '<img src="{{x}}">',
  '<form action="{{x}}"><button formaction="{{x}}">b</button></form>',
  '<button formaction="{{x}}">b</button>',
  '<table background="{{x}}"><tr><td>a</td></tr></table>',
  '<td background="{{x}}">',
  '<video poster="{{x}}"></video>',
  '<svg><a xlink:href="{{x}}">a</a></svg>',
  '<img srcset="{{x}} 2x">',
  '<img srcset="https://example.com/a.png 1x, {{x}} 2x">',
  '<link imagesrcset="{{x}}">',
  '<object data="{{x}}"></object>',
  '<blockquote cite="{{x}}">a</blockquote>',
  '<meta http-equiv="refresh" content="0;url={{x}}">',
  '<meta content="0; URL=\'{{x}}\'" http-equiv="Refresh">',
  '<p style="background:url({{x}})">a</p>',
  '<p style="background:url(\'{{x}}\')">a</p>',
  '<p style="background-image: URL( &quot;{{x}}&quot; )">a</p>',
  '<style>p { background: url("{{x}}") }</style>',
  '<style>@import "{{x}}";</style>',
  '<!--[if mso]><v:roundrect href="{{x}}"></v:roundrect><![endif]-->',
  '<!--[if !mso]><!--><a href="{{x}}">a</a><!--<![endif]-->',
  '<!-- a " comment --><a href="{{x}}">a</a>',
  '<p>1 < 2 " and</p><a href="{{x}}">a</a>',
  '<textarea>"</textarea><a href="{{x}}">a</a>',
  '<!doctype html><a href="{{x}}">a</a>',
  '<a {{name}}="{{x}}">a</a>',
];

const payloadOf = (x: string): Payload => ({ x, list: [x], deep: { x }, empty: '', name: 'href' });

const BAD: readonly string[] = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
  '\u0001javascript:alert(1)',
  'java\u200bscript:alert(1)',
  'javascript&#58;alert(1)',
  'javascript&colon;alert(1)',
  'vbscript:x',
  'data:text/html,x',
  'file:///etc/passwd',
  'blob:https://example.com/x',
  'mailto:ada@example.com',
  'myapp://x',
  '//evil.example',
  '/relative',
  'relative',
  '#top',
  '?a=1',
  'https',
  'https://',
  'https://a b/',
  'https://[',
];

/** As a mail app reads the attribute of an address. */
const decoded = (text: string) =>
  text
    .replace(/&#x([\da-f]+);/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('&amp;', '&');

describe.each(POSITIONS)('a value in %s', (content) => {
  test('can be a web URL', async () => {
    for (const x of ['https://example.com/a?b=1&c=2#d', 'http://example.com', 'HTTPS://EXAMPLE.COM']) {
      const { html: shown = '' } = await renderWith(html(content))(payloadOf(x));
      expect(decoded(shown)).toContain(x);
    }
  });

  test('cannot be anything else', async () => {
    for (const x of BAD) {
      const error = await problemOf(content, payloadOf(x));
      expect(error).toMatchObject({ code: 'payload_invalid', stage: 'payload', retryable: false });
      expect(error.message).toMatch(
        /(?:x|this|list\.0|@key\}\}|deep "x"\}\}) must be a URL that begins with https: or http:|cannot be used in CSS/,
      );
      expect(error.message).not.toMatch(/alert|script:|evil|passwd|relative|myapp/i);
    }
  });
});

describe('the link of a payload in plain text', () => {
  const render = renderWith({ content: 'Open {{link}}' }, { missingVariable: 'keep' });

  test.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'blob:https://example.com/x',
    'file:///etc/passwd',
  ])('cannot be %j', async (link) => {
    await expect(render({ link })).rejects.toMatchObject({
      code: 'payload_invalid',
      message:
        'The payload does not match the Test template: link must be a URL that begins with https: or http:.',
    });
  });

  test.each([
    'https://example.com/?a=1&b=javascript:2',
    'example.com/join',
    'localhost:3000/x',
    'myapp://join',
  ])('can be %j, which is only text', async (link) => {
    expect((await render({ link })).text).toBe(`Open ${link}`);
  });
});

describe('a value in a URL', () => {
  test.each<[content: string, payload: Payload, problem: string]>([
    ['<a href="{{scheme}}:alert(1)">a</a>', { scheme: 'javascript' }, 'scheme'],
    ['<a href="{{scheme}}://example.com">a</a>', { scheme: 'ftp' }, 'scheme'],
    ['<a href="java{{rest}}">a</a>', { rest: 'script:alert(1)' }, 'rest'],
    ['<a href="&#106;ava{{rest}}">a</a>', { rest: 'script:alert(1)' }, 'rest'],
    ['<a href="{{a}}{{b}}">a</a>', { a: 'javascript', b: ':alert(1)' }, 'a'],
    ['<a href="{{link}}?x=1">a</a>', { link: 'javascript:alert(1)//' }, 'link'],
    ['<a href="{{link}}/x">a</a>', { link: 'example.com' }, 'link'],
    ['<p style="{{css}}">a</p>', { css: 'background:url(javascript:x)' }, 'css'],
    ['<p style="{{css}}">a</p>', { css: 'background:u\\72l(javascript:x)' }, 'css'],
    ['<p style="{{css}}">a</p>', { css: 'width:expression(alert(1))' }, 'css'],
    ['<meta http-equiv="refresh" content="{{all}}">', { all: '0;url=javascript:x' }, 'all'],
  ])('is checked if it starts the URL: %s', async (content, payload, path) => {
    const error = await problemOf(content, payload);
    expect(error.code).toBe('payload_invalid');
    expect(error.message).toContain(`The payload does not match the Test template: ${path} `);
  });

  test.each<[content: string, payload: Payload, html: string]>([
    ['<a href="{{scheme}}://example.com">a</a>', { scheme: 'https' }, '<a href="https://example.com">a</a>'],
    [
      '<a href="https://{{host}}/{{path}}?t={{t}}">',
      { host: 'a.example', path: 'b', t: 'c=d' },
      '<a href="https://a.example/b?t=c=d">',
    ],
    ['<a href="mailto:{{mail}}">', { mail: 'ada@example.com' }, '<a href="mailto:ada@example.com">'],
    ['<img src="data:image/png;base64,{{qr}}">', { qr: 'AAAA' }, '<img src="data:image/png;base64,AAAA">'],
    ['<a href="/x?{{q}}">', { q: 'javascript:1' }, '<a href="/x?javascript:1">'],
    ['<p style="color:{{color}}">', { color: 'rgb(1, 2, 3)' }, '<p style="color:rgb(1, 2, 3)">'],
    [
      '<a title="{{t}}">{{t}}</a>',
      { t: 'javascript:alert(1)' },
      '<a title="javascript:alert(1)">javascript:alert(1)</a>',
    ],
    ['<meta name="x" content="{{t}}">', { t: 'javascript:x' }, '<meta name="x" content="javascript:x">'],
  ])('is not checked if the template has the scheme: %s', async (content, payload, shown) => {
    expect((await renderWith(html(content))(payload)).html).toBe(shown);
  });

  test('is not checked if it is empty', async () => {
    const render = renderWith(html('<a href="{{link}}?a=1">a</a>'), { missingVariable: 'keep' });
    expect((await render({ link: null })).html).toBe('<a href="?a=1">a</a>');
    expect((await render({})).html).toBe('<a href="{{link}}?a=1">a</a>');
  });
});

describe('linkSchemes', () => {
  const content = html('<a href="{{link}}">a</a>');

  test('allow deep links', async () => {
    const render = renderWith(content, { linkSchemes: ['myapp', 'Com.Example.App:'] });
    expect((await render({ link: 'myapp://sign-in?t=1' })).html).toBe('<a href="myapp://sign-in?t=1">a</a>');
    expect((await render({ link: 'com.example.app:/x' })).html).toBe('<a href="com.example.app:/x">a</a>');
    await expect(render({ link: 'other://x' })).rejects.toMatchObject({
      code: 'payload_invalid',
      message:
        'The payload does not match the Test template: link must be a URL that begins with https: or http: or myapp: or com.example.app:.',
    });
  });

  test('can be part of the config', async () => {
    const config = parseConnectorConfig(
      seedConfig({
        linkSchemes: ['myapp'],
        templates: seedConfig().templates.map((each) => ({ ...each, ...content })),
      }),
    );
    const mailer = createMailer({ config, transport: recordingTransport() });
    const { html: shown } = await mailer.render({
      to: 'a@example.com',
      type: 'SignIn',
      payload: { link: 'myapp://x' },
    });
    expect(shown).toBe('<a href="myapp://x">a</a>');
  });

  test.each(['javascript', 'data:', 'VBScript', 'file', 'blob', '', 'my app', '1x', 'a/b', 'https://x'])(
    'cannot be %j',
    (scheme) => {
      expect(() => renderWith(content, { linkSchemes: [scheme] })).toThrow(ConfigError);
      expect(() => parseConnectorConfig(seedConfig({ linkSchemes: [scheme] }))).toThrow(ConfigError);
    },
  );
});

describe('HTML is escaped for the position', () => {
  const link = 'https://example.com/?a=1&b=`c`';

  test.each([
    [
      '<a href="{{link}}">{{link}}</a>',
      '<a href="https://example.com/?a=1&amp;b=`c`">https://example.com/?a=1&amp;b=`c`</a>',
    ],
    ["<a href='{{link}}'>a</a>", "<a href='https://example.com/?a=1&amp;b=`c`'>a</a>"],
    [
      '<a href={{link}} class=b>a</a>',
      '<a href=https:&#x2f;&#x2f;example.com&#x2f;?a&#x3d;1&amp;b&#x3d;&#x60;c&#x60; class=b>a</a>',
    ],
  ])('%s', async (content, shown) => {
    expect((await renderWith(html(content))({ link })).html).toBe(shown);
  });

  test('a value cannot end an unquoted attribute or become an attribute', async () => {
    const render = renderWith(html('<p title={{x}} {{x}}>a</p>'));
    const x = 'a onclick=alert(1) style=`b`/';
    const value = 'a&#x20;onclick&#x3d;alert(1)&#x20;style&#x3d;&#x60;b&#x60;&#x2f;';
    expect((await render({ x })).html).toBe(`<p title=${value} ${value}>a</p>`);
  });

  test('a value that looks like a mark does not appear in the HTML', async () => {
    const render = renderWith(html('<a href="{{x}}">\ufdd0{{y}}\x7f\ufdd2</a>'));
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('\ufdd0', '\ufdd1', '\ufdd2', '\x7f', 'a', '%') }),
        async (y) => {
          const { html } = await render({ x: 'https://example.com', y });
          expect(html).toBe(`<a href="https://example.com">${y.replace(/[\x7f\ufdd0-\ufdd2]/g, '')}</a>`);
        },
      ),
    );
  });
});
