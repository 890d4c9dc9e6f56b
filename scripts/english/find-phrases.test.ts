import { expect, test } from 'vitest';
import { findPhrases } from './find-phrases.ts';
import { PHRASES } from './phrases.ts';

test.each([
  'The port has to be a number.',
  '/** The port has\n * to be a number. */',
  '// The port has\n    // to be a number.',
  'It is no number.',
  'Nobody reads it.',
  'a queue of its own',
  'The option clock of createMailer must return a number.',
  'See the option `clock`.',
  'The queue delivers exactly once.',
])('finds a phrase in %j', (text) => {
  expect(findPhrases(text)).toHaveLength(1);
});

test.each([
  'The port must be a number.',
  'The `clock` option of createMailer must return a number.',
  'You do not have to be an administrator.',
  'There is no template, and the email is no longer valid.',
  '`*` stands for any language. You understand it.',
  'SMTP cannot guarantee exactly-once delivery.',
  'const besides = [];',
])('finds nothing in %j', (text) => {
  expect(findPhrases(text)).toEqual([]);
});

test('reports the line and the replacement', () => {
  expect(findPhrases('One.\nIt goes\n * on.')).toEqual([{ line: 2, found: 'goes on', instead: 'continue' }]);
});

test('lists each phrase once', () => {
  expect(new Set(PHRASES.map(([phrase]) => phrase)).size).toBe(PHRASES.length);
});
