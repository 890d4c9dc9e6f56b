import { replaceSendMessageHandlebars } from '@logto/connector-kit';
import fc from 'fast-check';

export type Payload = Record<string, unknown>;

/** A piece of a template, and what ours makes of it where that is not what the official connector does. */
interface Fragment {
  readonly written: string;
  /** Ours, on purpose. The values are escaped already where they have to be. */
  readonly ours?: (values: Payload) => string;
  /** `ours` is a matter of Handlebars: without effect in a template that Handlebars can't read. */
  readonly handlebars?: true;
  /** No template that contains this can be read by Handlebars. */
  readonly unreadable?: true;
}

/** A template, in pieces that don't run into each other. */
export type TemplateText = readonly Fragment[];

export const written = (text: TemplateText) => text.map((fragment) => fragment.written).join('');

const official = (text: string, values: Payload) =>
  // Its type knows the well-known names only; it takes any.
  replaceSendMessageHandlebars(text, values as Parameters<typeof replaceSendMessageHandlebars>[1]);

export function renderOurs(text: TemplateText, values: Payload): string {
  const isUnreadable = text.some(({ unreadable }) => unreadable);
  return text
    .map(({ written, ours, handlebars }) =>
      ours && !(handlebars && isUnreadable) ? ours(values) : official(written, values),
    )
    .join('');
}

const show = (values: Payload, name: string) => official(`{{${name}}}`, values);

/** README, "More forgiving configs": what else Handlebars can do. */
const HANDLEBARS: readonly Fragment[] = [
  // README, "Safer emails": three braces are two.
  {
    written: '{{{code}}}',
    ours: (values) => (Object.hasOwn(values, 'code') ? show(values, 'code') : '{{{code}}}'),
    handlebars: true,
  },
  {
    written: '{{{ application.name }}}',
    ours: (values) =>
      Object.hasOwn(values, 'application') ? show(values, 'application.name') : '{{{ application.name }}}',
    handlebars: true,
  },
  // Alone on its line, it would take the line along.
  { written: '({{! a comment }})', ours: () => '()', handlebars: true },
  {
    written: '{{#if link}}yes{{else}}no{{/if}}',
    ours: ({ link }) => (link ? 'yes' : 'no'),
    handlebars: true,
  },
  { written: '{{#unless link}}no{{/unless}}', ours: ({ link }) => (link ? '' : 'no'), handlebars: true },
];

/** README, "Safer emails": names of prototypes are no variables. */
const PROTOTYPE_NAMES: readonly Fragment[] = [
  ...['{{constructor}}', '{{toString}}', '{{ hasOwnProperty.name }}', '{{__proto__}}'].map((name) => ({
    written: name,
    ours: () => name,
  })),
  ...['list.map', 'application.constructor', 'list.constructor.name'].map((path) => ({
    written: `{{${path}}}`,
    ours: (values: Payload) => (Object.hasOwn(values, path.split('.')[0] ?? '') ? '' : `{{${path}}}`),
  })),
];

/** Whatever stands around them, and in whatever order: none completes another. */
const UNREADABLE: readonly Fragment[] = [
  ...['{{;', '{{#with code}}', '{{/if}}', '{{code name}}', '{{> partial}}', '{{code.}}', '{{#x}}{{/x}}'],
].map((written) => ({ written, unreadable: true }));

const VARIABLES = [
  ...['code', 'link', 'locale', 'uiLocales', 'missing', 'missing.part', 'application', 'application.name'],
  ...['application.missing', 'user.primaryEmail', 'user.name.first', 'organization.name', 'list', 'list.0'],
  ...[
    'list.9',
    'list.length',
    'list.0.name',
    'count',
    'flag',
    'nothing',
    'nothing.part',
    'code.length',
    'code.0',
  ],
  // Words that mean something to Handlebars, or to our use of it.
  ...['if', 'each', 'with', 'lookup', 'eq', 'log', 'show', 'this', 'true', 'null', 'undefined', '0', '_x'],
];

const variable: fc.Arbitrary<Fragment> = fc
  .record({
    path: fc.constantFrom(...VARIABLES),
    before: fc.constantFrom('', ' ', '  ', '\n'),
    after: fc.constantFrom('', ' '),
  })
  .map(({ path, before, after }) => ({ written: `{{${before}${path}${after}}}` }));

/** Without braces or brackets next to a variable, which would become part of it or make it part of a tag. */
const literal: fc.Arbitrary<Fragment> = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'Your code is ',
        ' ',
        '.',
        'Hi,\n',
        '\r\n',
        '\n.\n',
        '<p>',
        '</p>',
        '<a href="https://x.example/?a=1&amp;b=2">',
        '&',
        '$&',
        '\\',
        '\\\\',
        ' { ',
        ' } ',
        ' }} ',
        '"',
        "'",
        'é',
        '日本語',
        '👍🏽',
        '=3D',
        '\t',
        'x'.repeat(200),
      ),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[{}<]/g, '')) },
  )
  .map((text) => ({ written: text }));

/** Templates as people write them, and templates as they should not. */
export const templateText: fc.Arbitrary<TemplateText> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: literal },
    { weight: 10, arbitrary: variable },
    { weight: 2, arbitrary: fc.constantFrom(...PROTOTYPE_NAMES) },
    { weight: 2, arbitrary: fc.constantFrom(...HANDLEBARS) },
    { weight: 1, arbitrary: fc.constantFrom(...UNREADABLE) },
  ),
  { maxLength: 7 },
);

const HOSTILE = [
  ...[
    '<b>bold</b>',
    '<a href="https://evil.example">x</a>',
    '{{code}}',
    '{{{link}}}',
    '$&',
    '$1',
    "it's",
    '`=`',
    '&amp;',
  ],
  ...[
    'a\r\nBcc: evil@example.com',
    'two\n\nlines',
    'tab\there',
    'nul\0',
    '\u001b[31m',
    '\u0085',
    '\u2028',
    '\ud800',
    '',
  ],
  ...[
    ...['Ada\n\nYOUR ACCOUNT IS LOCKED.\nUnlock it: https://evil.example', 'security@paypal.example'],
    ...['Ada\u202eadA', 'pay\u200bpal', 'A\u{e0041}\u{e007f}', 'www.evil.example/x', '\u3164'],
    'Acme, Inc.',
    '"',
    'A" <evil@example.com>, "B',
    '<evil@example.com>',
    'x <evil@example.com>',
    'a@example.com, b@example.com',
  ],
];
const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '482913',
      'Acme',
      'Ada Lovelace',
      'https://a.example/?x=1&y=2',
      'ada@example.com',
      'Żółć',
      '日本',
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined, true, false, 0, -1.5, 1e21, Number.NaN) },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 2 }) },
);

/** Whatever Logto may fill in, and much that it should not. */
export const payload: fc.Arbitrary<Payload> = fc
  .record(
    {
      code: text,
      link: text,
      locale: fc.oneof(fc.constantFrom('en', 'de-AT', 'zh-Hans-CN', 'xx', ''), text),
      uiLocales: text,
      application: fc.oneof(
        fc.record({ name: value, id: value }, { requiredKeys: [], noNullPrototype: true }),
        value,
      ),
      user: fc.record(
        { primaryEmail: text, name: fc.record({ first: value }, { noNullPrototype: true }) },
        { requiredKeys: [], noNullPrototype: true },
      ),
      organization: fc.record({ name: text }, { requiredKeys: [], noNullPrototype: true }),
      list: fc.array(fc.oneof(text, fc.record({ name: value }, { noNullPrototype: true })), { maxLength: 3 }),
      count: value,
      flag: fc.boolean(),
      nothing: fc.constantFrom(null, undefined),
      odd: fc.dictionary(
        fc.constantFrom('if', 'this', 'show', 'log', 'eq', 'true', 'null', '0', '_x'),
        value,
        {
          noNullPrototype: true,
        },
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map(({ odd, ...rest }) => ({ ...rest, ...odd }));
