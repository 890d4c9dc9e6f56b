import { describe, expect, it } from 'vitest';
import { parseJson } from './json-text.js';

const TEXT = 'a text on one line, closed with ", and \\ only where JSON knows it';

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    const text = ' {"a": [1, -2.5e3, true, null, "\\u00e9\\n\x7f"], "b": {}, "c": []}\r\n';
    expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each([
    ['', 1, 1, 'a value'],
    ['{\n  "a": 1,\n}', 3, 1, 'a name in double quotes'],
    ['{\r\n  a: 1\r\n}', 2, 3, 'a name in double quotes, or }'],
    ['{"a" 1}', 1, 6, 'a colon'],
    ['{"a": }', 1, 7, 'a value'],
    ['{"a": 1\n"b": 2}', 2, 1, 'a comma, or the closing bracket'],
    ['[1, 2', 1, 6, 'a comma, or the closing bracket'],
    ['[1,]', 1, 4, 'a value'],
    ['[', 1, 2, 'a value, or ]'],
    ['{"pass": "it\'s\n"}', 1, 10, TEXT],
    ['["\\x"]', 1, 2, TEXT],
    ['["\\N"]', 1, 2, TEXT],
    ['[01]', 1, 3, 'a comma, or the closing bracket'],
    ['{} // done', 1, 4, 'the end of the file'],
    ['[\v1]', 1, 2, 'a value, or ]'],
  ])('finds the mistake in %j', (text, line, column, expected) => {
    expect(parseJson(text)).toEqual({ ok: false, problem: { line, column, expected } });
  });

  it('finds a mistake wherever a text is cut off', () => {
    const text = '{"a": [1.5e3, {"b": "c\\"d"}, false], "e": null}';
    for (let length = 0; length < text.length; length++) {
      const parsed = parseJson(text.slice(0, length));
      expect(parsed.ok).toBe(false);
      expect(parsed).not.toMatchObject({ problem: { expected: expect.stringContaining('nested') } });
    }
  });

  it('survives nesting without end', () => {
    expect(parseJson('['.repeat(1_000_000))).toMatchObject({ ok: false });
  });
});
