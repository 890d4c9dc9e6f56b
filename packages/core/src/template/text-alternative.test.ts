import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Payload, renderWith } from '../../fixtures/render-with.js';

const link = 'https://app.example.com/sign-in?token=Zm9v&next=%2F';

const derive = async (content: string, payload: Payload = {}) =>
  (await renderWith({ contentType: 'text/html', content }, { missingVariable: 'empty' })(payload)).text;

describe('values', () => {
  test('appear unchanged', async () => {
    const value = fc.oneof(
      fc.constantFrom(
        'A  B',
        '<b>&amp;</b>',
        '  ',
        '1\\2',
        '{{code}}',
        '$&',
        '> quote',
        '* item',
        'https://a b/',
      ),
      fc.string({ unit: fc.constantFrom(' ', '<', '&', 'a', '"', '\ue000', '*', '#', ';', '>') }),
    );
    const render = renderWith({
      contentType: 'text/html',
      content: '<div><h1>({{a}})</h1><p>[{{{a}}}]</p></div>',
    });
    await fc.assert(
      fc.asyncProperty(value, async (a) => {
        expect((await render({ a })).text).toBe(`(${a})\n\n[${a}]`);
      }),
      { numRuns: 300 },
    );
  });

  test('that are empty leave no gap', async () => {
    const content = '<p>Hello {{a}} you</p><p>{{b}}</p><p>{{code}}{{a}}</p><p>Bye</p>';
    expect(await derive(content, { a: '', b: '', code: '1' })).toBe('Hello you\n\n1\n\nBye');
  });

  test('stay as placeholders if they are unknown and kept', async () => {
    const render = renderWith(
      { contentType: 'text/html', content: '<p>{{ a }} <b>{{code}}</b></p>' },
      { missingVariable: 'keep' },
    );
    expect((await render({ code: '1' })).text).toBe('{{ a }} 1');
  });

  test('that are missing in the HTML are reported once', async () => {
    await expect(
      renderWith({ contentType: 'text/html', content: '<a href="{{a}}">{{a}}</a>{{#if no}}{{b}}{{/if}}' })(
        {},
      ),
    ).rejects.toThrow('The payload does not match the Test template: a is missing.');
  });

  test('keep their place in headings, lists, tables and quotes', async () => {
    expect(await derive('<h1>Code {{Code}}</h1>x', { Code: 'aB' })).toBe('Code aB\n\nx');
    expect(await derive('<ul><li>{{a}}</li><li>{{b}}</li></ul>', { a: '1', b: '2' })).toBe(' * 1\n * 2');
    expect(
      await derive('<table><tr><th>{{a}}</th></tr><tr><td>{{b}}</td></tr></table>', { a: 'x', b: '2' }),
    ).toBe('x2');
    expect(await derive('<blockquote>{{a}}</blockquote>', { a: '1' })).toBe('> 1');
    expect(await derive('<pre>  a   {{a}}\n b</pre>', { a: '1' })).toBe('  a   1\n b');
  });
});

describe('links', () => {
  test.each<[content: string, payload: Payload, text: string]>([
    ['<a href="{{link}}">Sign in</a>.', { link }, `Sign in <${link}>.`],
    ['<a href="{{link}}">{{ link }}</a>', { link }, link],
    ['<a href="{{link}}">Open {{link}}</a>', { link }, `Open ${link}`],
    ['<a href="https://{{host}}/x">https://{{host}}/x</a>', { host: 'e.com' }, 'https://e.com/x'],
    ['<a href="https://e.com/">{{a}}</a>', { a: 'https://e.com/' }, 'https://e.com/'],
    ['<a href="https://e.com/">{{a}}</a>', { a: 'xhttps://e.com/' }, 'xhttps://e.com/ <https://e.com/>'],
    ['<a href="{{link}}"><img src="a.png"></a>', { link }, link],
    ['<a href="{{link}}">Sign in</a>.', { link: '' }, 'Sign in.'],
    ['<a href="mailto:{{a}}">Write</a> <a href="#top">up</a>', { a: 'ada@e.com' }, 'Write <ada@e.com> up'],
    ['<a {{#if link}}href="{{link}}"{{else}}class="c"{{/if}}>a</a>', { link }, `a <${link}>`],
    ['<a {{#if link}}href="{{link}}"{{else}}class="c"{{/if}}>a</a>', {}, 'a'],
    ['<a href="{{#if link}}{{link}}{{else}}https://e.com{{/if}}">a</a>', {}, 'a <https://e.com>'],
    ['{{#if link}}<a href="{{link}}">{{/if}}a{{#if link}}</a>{{/if}} b', { link }, `a <${link}> b`],
    ['{{#if link}}<a href="{{link}}">{{/if}}a{{#if link}}</a>{{/if}} b', {}, 'a b'],
    ['<a title="a > b" href="{{link}}">a</a>', { link }, `a <${link}>`],
  ])('%s with %j is %j', async (content, payload, text) => {
    expect(await derive(content, payload)).toBe(text);
  });
});

describe('blocks', () => {
  const paragraphs = '<p>A</p>\n{{#if yes}}\n<p>B</p>\n{{else}}\n<p>C</p>\n{{/if}}\n<p>D</p>';

  test.each<[content: string, payload: Payload, text: string]>([
    [paragraphs, { yes: true }, 'A\n\nB\n\nD'],
    [paragraphs, {}, 'A\n\nC\n\nD'],
    ['<p>A</p>{{#if yes}}<p>B</p>{{/if}}<p>C</p>', {}, 'A\n\nC'],
    ['{{#if yes}}<p>A</p>{{/if}}<p>B</p>{{#if yes}}<p>C</p>{{/if}}', {}, 'B'],
    ['<p>Hi{{#if a}} {{a}}{{/if}}, A {{#if no}}B {{/if}}C</p>', { a: 'x' }, 'Hi x, A C'],
    [
      '<p>a</p><ul>{{#each list}}<li>{{this}}</li>{{else}}<li>-</li>{{/each}}</ul><p>b</p>',
      { list: [1, 2] },
      'a\n\n * 1\n * 2\n\nb',
    ],
    ['<ul>\n{{#each list}}\n<li>{{this}}</li>\n{{else}}\n<li>-</li>\n{{/each}}\n</ul>', {}, ' * -'],
    ['<ol>{{#each list}}<li>{{this}}</li>{{/each}}</ol>', { list: [1, 2] }, ' * 1\n * 2'],
    ['<ol><li>{{a}}</li><li>b</li></ol>', { a: 'a' }, ' 1. a\n 2. b'],
    ['<table>{{#each list}}<tr><td><p>{{this}}</p></td></tr>{{/each}}</table>', { list: [1, 2] }, '1\n\n2'],
    ['<blockquote><p>A</p>{{#if yes}}<p>B</p>{{/if}}</blockquote>', { yes: 1 }, '> A\n> \n> B'],
    [
      '{{#if yes}}<html><body><p>A</p></body></html>{{else}}<html><body><p>B</p></body></html>{{/if}}',
      {},
      'B',
    ],
    ['<p class="{{#if yes}}a">A</p>{{/if}}<p>B</p>', {}, 'A\n\nB'],
    ['<!-- {{#if yes}} --><p>A</p>{{/if}}', { yes: true }, 'A'],
    ['<p>A</p>{{#if yes}}<img src="a.png">{{/if}}<p>B</p>', { yes: true }, 'A\n\nB'],
    [
      '{{#each list}}{{#if @first}}<p>first</p>{{/if}}<p>{{this}}</p>{{/each}}',
      { list: [1, 2] },
      'first\n\n1\n\n2',
    ],
  ])('%s with %j is %j', async (content, payload, text) => {
    expect(await derive(content, payload)).toBe(text);
  });

  test('can be in elements of any depth', async () => {
    const deep = `<i style="font-size:0">${'<b>'.repeat(20_000)}</i>`;
    expect(await derive(`{{#if a}}a${deep}{{/if}}`, { a: 1 })).toBe('a');
  });

  test('can have any number', async () => {
    const text = await derive('<p>{{#if a}}{{a}}{{else}}-{{/if}}</p>'.repeat(5000), { a: 'x' });
    expect(text).toBe(Array(5000).fill('x').join('\n\n'));
  });
});

describe('text that is hidden in the HTML', () => {
  test.each([
    '<div style="display:none">no</div>',
    '<div style="color: red; DISPLAY : none !important">no<p>no</p></div>',
    '<div style="display:none ! important;">no</div>',
    '<div style="/* preview; */ display: /* all */ none">no</div>',
    '<div style="max-height:0;overflow:hidden">no</div>',
    '<div style="height:0px;overflow:hidden">no</div>',
    '<span style="font-size:0">no</span>',
    '<span style="font-size:1px;color:#ffffff;line-height:1px">no</span>',
    '<span style="display:none;mso-hide:all">no</span>',
    '<span style="opacity:0">no</span>',
    '<span style="opacity: 0.0">no</span>',
    '<span style="visibility:hidden">no</span>',
    '<span hidden>no</span>',
    '<span hidden style="color:red">no</span>',
    '<div style="display:none">{{code}} <a href="{{link}}">no</a></div>',
    '<p>&#847;&zwnj;&nbsp;&#8199;&shy;&#847;&zwnj;&nbsp;&#8199;&shy;</p>',
    '<head><title>no</title></head>',
    '<title>no</title>',
    '<style>no</style>',
  ])('is omitted: %s', async (hidden) => {
    const text = await derive(`<p>A</p>${hidden}<p>B {{code}}</p>`, { code: '482913', link });
    expect(text).toBe('A\n\nB 482913');
  });

  test('is omitted after visible text', async () => {
    expect(await derive('<p>Code {{code}} &zwnj;&nbsp;&zwnj;&nbsp;&zwnj;</p><p>B</p>', { code: '1' })).toBe(
      'Code 1\n\nB',
    );
  });

  test.each([
    ['a cell without gaps', '<td style="font-size:0px"><div style="font-size:13px">{{code}}</div></td>'],
    ['a button that Outlook draws itself', '<a style="mso-hide:all">{{code}}</a>'],
    ['small print', '<p style="font-size:10px;opacity:0.5">{{code}}</p>'],
    ['a style of a value', '<p style="display:{{display}}">{{code}}</p>'],
    ['a limit', '<p style="max-height:0.5em">{{code}}</p>'],
  ])('is not %s', async (_, content) => {
    expect(await derive(content, { code: '482913', display: 'block' })).toBe('482913');
  });

  test('is recognized by a size of any length', async () => {
    const size = `${'0'.repeat(250_000)}1px`;
    expect(await derive(`<p style="font-size:${size}">A</p>`)).toBe('A');
  });

  test('does not include characters that scripts and emoji need', async () => {
    expect(await derive('<p>می‌خواهم 👩‍👩‍👧 co&shy;op&shy;er&shy;ate</p>')).toBe(
      'می‌خواهم 👩‍👩‍👧 co\u00adop\u00ader\u00adate',
    );
  });
});

test('a right-to-left name is isolated in the text, but not in a link', async () => {
  const name = 'عائشة';
  expect(await derive('<p>{{name}} <a href="mailto:{{name}}">write</a></p>', { name })).toBe(
    `\u2068${name}\u2069 write <${name}>`,
  );
});

test('the characters that mark values have no meaning in a template', async () => {
  const content = '<p>a\ufdd0value0\ufdd1b\ufdd2{{code}}\ufdd3&#xfdd0;end9&#xfdd1;</p>';
  expect(await derive(content, { code: '1' })).toBe('avalue0b1');
});
