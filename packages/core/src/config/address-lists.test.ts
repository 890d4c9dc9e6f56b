import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seedConfig } from '../../fixtures/seed-config.js';
import { inspectConnectorConfig, MailError, parseRecipient } from '../index.js';

/** Not a list of addresses, however it is read. */
const MALFORMED = [
  'help@example.com"sales@example.com',
  'help@example.com "sales@example.com"',
  '"help@example.com',
  'help@example.com"',
  'help@example.com sales@example.com',
  'help@example.com; sales@example.com',
  'help@example.com,',
  ',help@example.com',
  'help@example.com,,sales@example.com',
  'help@example.com, ,sales@example.com',
  'Team: help@example.com;',
  'Team: help@example.com, sales@example.com;',
  'undisclosed-recipients:;',
  'help@example.com (comment)',
  '(comment) help@example.com',
  'help(comment)@example.com',
  'Help help@example.com',
  'Help <help@example.com',
  'Help help@example.com>',
  'Help <help@example.com> <sales@example.com>',
  'Help <help@example.com> sales@example.com',
  'help@example.com <sales@example.com>',
  '<help@example.com, sales@example.com>',
  '<>',
  'help@',
  '@example.com',
  'help@example.com\nBcc: eve@example.com',
];
const LISTS = ['help@example.com, sales@example.com', '"Help, Inc." <help@example.com>,sales@example.com'];

const errorsOf = (change: object) =>
  inspectConnectorConfig(seedConfig(change)).issues.filter(({ severity }) => severity === 'error');

describe.each(['fromEmail', 'replyTo', 'envelopeFrom'])('%s', (key) => {
  test.each(MALFORMED)('cannot be %j', (text) => {
    expect(errorsOf({ [key]: text })).toMatchObject([{ path: [key] }]);
  });
});

test.each(MALFORMED)('a recipient cannot be %j', (text) => {
  expect(() => parseRecipient(text)).toThrow(MailError);
});

test.each(LISTS)('only replyTo can be %j', (text) => {
  expect(errorsOf({ replyTo: text })).toEqual([]);
  expect(errorsOf({ fromEmail: text })).toMatchObject([{ path: ['fromEmail'] }]);
  expect(errorsOf({ envelopeFrom: text })).toMatchObject([{ path: ['envelopeFrom'] }]);
  expect(() => parseRecipient(text)).toThrow(MailError);
});

test('nothing but commas separates addresses', () => {
  const separator = fc.constantFrom(',', ', ', ';', ' ', '"', '","', '" "', '<', '>', '> <', ':', '(', ')');
  const separators = fc.array(separator, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(separators, (between) => {
      const isComma = /^ *, *$/.test(between);
      const errors = errorsOf({ replyTo: `help@example.com${between}sales@example.com` });
      expect(errors.map(({ path }) => path)).toEqual(isComma ? [] : [['replyTo']]);
    }),
  );
});
