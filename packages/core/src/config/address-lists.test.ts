import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { REQUIRED_TEMPLATES, seedConfig } from '../../fixtures/seed-config.js';
import {
  ConfigError,
  createMailer,
  inspectConnectorConfig,
  MailError,
  parseRecipient,
  parseSendRequest,
} from '../index.js';

/** Not a list of addresses under any interpretation. */
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

test('only commas separate addresses', () => {
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

const transport = {
  ...{ name: 'none', send: vi.fn(), verify: vi.fn(), close: vi.fn() },
  [Symbol.asyncDispose]: vi.fn(),
};

const templateWith = (fields: object) => ({
  usageType: 'Welcome',
  contentType: 'text/plain' as const,
  subject: 'Hi',
  content: 'Hi',
  ...fields,
});

const warningsOf = (fields: object) =>
  inspectConnectorConfig(seedConfig({ templates: [...REQUIRED_TEMPLATES, templateWith(fields)] }))
    .issues.filter(({ code }) => code === 'address_unusable')
    .map(({ path }) => path.at(-1));

const addressesIn = async (fields: { replyTo?: string; sendFrom?: string }, payload = {}) => {
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      replyTo: 'fallback@example.com',
      templates: [templateWith(fields)],
    },
    transport,
    missingVariable: 'empty',
  });
  const { from, replyTo = [] } = await mailer.render(
    parseSendRequest({ to: 'ada@example.com', type: 'Welcome', payload }),
  );
  return { from: from.address, replyTo: replyTo.map(({ address }) => address) };
};

describe('a template', () => {
  test.each(MALFORMED)('warns of %j and uses the address of the config', async (text) => {
    expect(warningsOf({ replyTo: text, sendFrom: text })).toEqual(['sendFrom', 'replyTo']);
    expect(await addressesIn({ replyTo: text, sendFrom: text })).toEqual({
      from: 'noreply@example.com',
      replyTo: ['fallback@example.com'],
    });
  });

  test.each(LISTS)('can have %j in replyTo only', async (text) => {
    expect(warningsOf({ replyTo: text, sendFrom: text })).toEqual(['sendFrom']);
    const { from, replyTo } = await addressesIn({ replyTo: text, sendFrom: text });
    expect([from, replyTo.length]).toEqual(['noreply@example.com', text.split('@').length - 1]);
  });

  const payload = { user: { email: 'ada@example.org' }, name: 'Ada, Eve' };
  test.each([
    ['help@example.com, {{user.email}},'],
    [', {{user.email}}'],
    ['help@example.com,, {{user.email}}'],
    ['help@example.com, , {{user.email}}'],
    ['help@, {{user.email}}'],
    ['{{name}} <help@example.com>,'],
  ])('warns of %j for any values', async (replyTo) => {
    expect(warningsOf({ replyTo })).toEqual(['replyTo']);
    expect((await addressesIn({ replyTo }, payload)).replyTo).toEqual(['fallback@example.com']);
  });

  test.each([
    ['help@example.com, {{user.email}}', ['help@example.com', 'ada@example.org'], ['help@example.com']],
    ['{{user.email}},help@example.com', ['ada@example.org', 'help@example.com'], ['help@example.com']],
    ['{{user.email}}', ['ada@example.org'], ['fallback@example.com']],
    ['{{name}} <help@example.com>', ['help@example.com'], ['help@example.com']],
    ['{{name}} <{{user.email}}>', ['ada@example.org'], ['fallback@example.com']],
    [
      '{{#if user}}{{user.email}},{{/if}}help@example.com',
      ['ada@example.org', 'help@example.com'],
      ['help@example.com'],
    ],
    ['{{#if user}}{{user.email}}, {{/if}}', ['ada@example.org'], ['fallback@example.com']],
  ])('omits the entry of an empty value in %j', async (replyTo, full, empty) => {
    expect(warningsOf({ replyTo })).toEqual([]);
    expect((await addressesIn({ replyTo }, payload)).replyTo).toEqual(full);
    expect((await addressesIn({ replyTo })).replyTo).toEqual(empty);
  });
});

describe.each([
  ...['Resent-From', 'Resent-Sender', 'Resent-To', 'Resent-Cc', 'Resent-Bcc', 'Resent-Reply-To'],
  ...['Errors-To', 'Disposition-Notification-To', 'Return-Receipt-To', 'X-Confirm-Reading-To', 'errors-to'],
])('the custom header %s', (name) => {
  const path = ['customHeaders', name];
  test.each(MALFORMED)('cannot be %j', (text) => {
    for (const value of [text, ['help@example.com', text]]) {
      const customHeaders = { [name]: value };
      expect(errorsOf({ customHeaders })).toMatchObject([{ path, code: 'header_address' }]);
      const config = { fromEmail: 'a@example.com', templates: [], customHeaders };
      expect(() => createMailer({ config, transport })).toThrow(ConfigError);
    }
  });

  test.each(LISTS)('can be %j', (text) => {
    expect(errorsOf({ customHeaders: { [name]: text } })).toEqual([]);
  });
});

test.each(['From', 'Sender', 'Reply-To', 'To', 'Cc', 'Bcc', 'Return-Path'])(
  'the custom header %s is ignored with any value',
  (name) => {
    const { issues } = inspectConnectorConfig(seedConfig({ customHeaders: { [name]: 'help@' } }));
    expect(issues).toMatchObject([{ severity: 'warning', code: 'header_reserved' }]);
  },
);

test('a custom header without addresses can have any value', () => {
  expect(
    errorsOf({ customHeaders: { 'List-Unsubscribe': '<https://example.com/>', 'X-Team': 'a@' } }),
  ).toEqual([]);
});
