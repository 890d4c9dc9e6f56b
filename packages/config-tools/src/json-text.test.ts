import { describe, expect, test } from 'vitest';
import { readJsonText } from './index.js';

describe('readJsonText', () => {
  test.each([
    ['{"a": 1,}', 1, 9, 'remove the comma before the bracket'],
    ["{'a': 1}", 1, 2, 'use double quotes'],
    ['{\n  // note\n}', 2, 3, 'JSON does not support comments'],
    ['{"a": {"b": 2', 1, 14, 'a bracket or a quote is not closed'],
    ['{"a": [1, 2', 1, 11, 'is missing or extra'],
    ['{"a" 1}', 1, 6, 'is missing or extra'],
    ['{"pass": "secret-word",,}', 1, 24, 'is missing or extra'],
  ])('explains a syntax error without quoting the text: %s', (text, line, column, explanation) => {
    const json = readJsonText(text);
    if (json.ok) throw new Error('The text is valid JSON.');
    expect(json.issue).toMatchObject({ code: 'json_syntax', line, column });
    expect(json.issue.message).toContain(explanation);
    expect(json.issue.message).not.toContain('secret-word');
  });

  test.each([
    [['b', 1], { line: 3, column: 12 }],
    [['b', 7, 'c'], { line: 3, column: 3 }],
    [['missing'], { line: 1, column: 1 }],
  ])('returns the position of the value at %j, or of its closest parent', (path, place) => {
    const json = readJsonText('\ufeff{\n  "a": 1,\n  "b": [1, 2]\n}');
    if (!json.ok) throw new Error(json.issue.message);
    expect(json.locate(path)).toEqual(place);
  });
});
