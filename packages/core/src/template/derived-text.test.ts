import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

const { convertWhole } = vi.hoisted(() => ({ convertWhole: { calls: 0 } }));
vi.mock('./plain-text.js', async (importOriginal) => {
  const { htmlToPlainText } = await importOriginal<typeof import('./plain-text.js')>();
  return {
    htmlToPlainText(html: string) {
      convertWhole.calls += 1;
      return htmlToPlainText(html);
    },
  };
});

const { derivePlainText } = await import('./derived-text.js');
const { htmlToPlainText } = await import('./plain-text.js');
const { default: Handlebars } = await import('handlebars');

const assemble = (parts: readonly string[], values: readonly string[]) =>
  parts.reduce((html, part, index) => `${html}${values[index - 1] ?? ''}${part}`);

/** Whether a html of these values is made from the template’s text, instead of being turned into text as a whole. */
function isPrepared(parts: readonly string[], raw: readonly string[]): boolean {
  const values = raw.map((value) => Handlebars.escapeExpression(value));
  const html = { text: assemble(parts, values), values };
  const derived = derivePlainText(parts);
  derived.of(html);
  const before = convertWhole.calls;
  const text = derived.of(html);
  const prepared = convertWhole.calls === before;
  expect(text).toBe(htmlToPlainText(html.text));
  return prepared;
}

const link = 'https://app.example.com/sign-in?token=Zm9v&next=%2F';

describe('the text of an html template', () => {
  it.each([
    ['a code', ['<p>Your code is <b>', '</b>.</p>'], ['482913']],
    ['a link', ['<p><a href="', '">Sign in</a></p>'], [link]],
    ['a link that shows itself', ['<p><a href="', '">', '</a></p>'], [link, link]],
    ['a token in a link', ['<a class="b" href="https://example.com/?t=', '">Sign in</a>'], ['a-b_c.d']],
    ['a name and a code', ['<p>Hello ', ',</p><p>', '</p>'], ['Ada', 'A1-B2']],
    ['what html has to escape', ['<p>', '</p>'], [`a&b<c>"d'e\`f=g`]],
    ['values that touch', ['<p>', '', '</p>'], ['a', 'b']],
    ['values with nothing but text between them', ['<p>', '-', '</p>'], ['a-b', 'c']],
    ['no value at all', ['<p>Welcome</p>'], []],
  ])('is prepared for %s', (_, parts, values) => {
    expect(isPrepared(parts, values)).toBe(true);
  });

  it.each([
    ['a value with a space', ['<p>', '</p>'], ['Ada Lovelace']],
    ['an empty value', ['<p>a ', ' b</p>'], ['']],
    ['a value in a style', ['<p style="', '">a</p>'], ['display:none']],
    ['a value in the name of a tag', ['<', '>a</p>'], ['p']],
    ['a value in a character reference', ['<p>&', ';</p>'], ['lt']],
    ['a value in a comment', ['<p>a<!-- ', ' --></p>'], ['b']],
    [
      'a link whose text comes to say the same',
      ['<a href="https://e.com/', '">https://', '</a>'],
      ['a', 'e.com/a'],
    ],
    ['a fixed link that a value shows', ['<a href="https://e.com/">', '</a>'], ['https://e.com/']],
    ['a fixed link after a value', ['', '<a href="https://e.com/">', '</a>'], ['Ada', 'https://e.com/']],
    ['a link to an anchor', ['<a href="', '">a</a>'], ['#top']],
    ['a link to a mailbox', ['<a href="', '">a</a>'], ['mailto:ada@example.com']],
    ['a link after a bracket in quotes', ['<a title="a > b" href="', '">a</a>'], ['#top']],
    ['a mailbox that is none', ['<a href="mailto:', '">a</a>'], ['#top']],
    ['a value where nothing is escaped', ['<textarea>', '</textarea>'], ['a&b']],
    ['an unquoted link', ['<a href=', '>a</a>'], [link]],
    ['characters that stand for the values', ['<p>\ue000', '</p>'], ['a']],
  ])('is made as a whole for %s', (_, parts, values) => {
    expect(isPrepared(parts, values)).toBe(false);
  });

  it('is made as a whole for more values than an email has', () => {
    const parts = Array.from({ length: 30_000 }, () => '<p>a');
    const html = { text: parts.join('1'), values: parts.slice(1).map(() => '1') };
    const whole = convertWhole.calls;
    expect(derivePlainText(parts).of(html)).toBe(htmlToPlainText(html.text));
    expect(convertWhole.calls).toBe(whole + 2);
  });

  it('is the same as of the whole html, whatever the template and the values', () => {
    const piece = fc.constantFrom(
      '<p>',
      '</p>',
      '<p style="display:none">',
      '<b>',
      '</b>',
      '<br>',
      '<h1>',
      '</h1>',
      '<ul><li>',
      '</li></ul>',
      '<a href="',
      '">',
      '</a>',
      '<a href="https://example.com/',
      "<a href='",
      "'>",
      '<a href=',
      '>',
      '<',
      '"',
      '<table><tr><td>',
      '</td></tr></table>',
      '<pre>',
      '</pre>',
      '<!--',
      '-->',
      '<style>',
      '</style>',
      '<title>',
      '</title>',
      '<img alt="',
      '<input value="',
      '&',
      '&amp',
      ';',
      '&#',
      ' ',
      '\n',
      'a',
      'Code: ',
      'https://example.com/',
      link,
      '<ol start="',
      '<blockquote>',
      '</blockquote>',
      '<hr>',
      '\ue000',
      '\u200b',
      'mailto:',
      '<div hidden>',
      '</div>',
      '{',
      '<a title="x" href="',
      '<a title="x > y" href="',
      '<a href="mailto:',
      '<textarea>',
      ' href="',
    );
    const value = fc.oneof(
      fc.constantFrom(
        '482913',
        link,
        'https://example.com/',
        'Ada',
        'Ada Lovelace',
        '',
        'amp',
        'lt;',
        '#a',
        'a',
      ),
      fc.string({ maxLength: 8 }),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.webUrl({ withQueryParameters: true }),
    );
    const part = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    let prepared = 0;
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 2, maxLength: 4 }),
        fc.array(value, { minLength: 3 }),
        (parts, values) => {
          if (isPrepared(parts, values.slice(0, parts.length - 1))) prepared += 1;
        },
      ),
      { numRuns: 20_000 },
    );
    // Not by never being prepared.
    expect(prepared).toBeGreaterThan(500);
  });
});
