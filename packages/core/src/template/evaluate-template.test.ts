import fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { type Payload, renderWith } from '../../fixtures/render-with.js';
import { inspectTemplate } from '../index.js';

const show = async (
  content: string,
  payload: Payload,
  missingVariable: 'error' | 'empty' | 'keep' = 'empty',
) => (await renderWith({ content }, { missingVariable })(payload)).text;

const name = fc.constantFrom('code', 'user', 'name', 'list', 'items', 'count', 'zero', 'empty', 'yes', 'no');
const path = fc
  .tuple(
    fc.constantFrom('', '', '', './', 'this.', '../', '../../', '@root.'),
    fc.array(name, { minLength: 1, maxLength: 2 }),
  )
  // Of a value that is false, Handlebars takes `@root.no.name` to be the value.
  .map(([start, names]) => start + (start === '@root.' ? names.slice(0, 1) : names).join('.'));
const expression = fc.oneof(
  { arbitrary: path, weight: 4 },
  fc.constantFrom('this', '"Ada"', '0', '2', 'true', 'null', 'undefined', '@key'),
  fc.tuple(path, fc.constantFrom('"Ada"', '0', 'name', '../count')).map(([a, b]) => `(eq ${a} ${b})`),
  fc.tuple(path, fc.constantFrom('"name"', '0', 'count', '@index')).map(([a, b]) => `(lookup ${a} ${b})`),
);
const tilde = fc.constantFrom('', '', '', '', '~');
const { template } = fc.letrec<{ template: string; node: string; block: string }>((tie) => ({
  template: fc.array(tie('node'), { maxLength: 5 }).map((nodes) => nodes.join('')),
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('a', ' ', '\n', '  \n', 'Hello ', '<b>', '{{! comment }}', '{{!-- {{x}} --}}'),
    fc
      .tuple(tilde, fc.oneof(path, fc.constantFrom('@index', '@key', '@first', '@last', '@../index')), tilde)
      .map(([before, inside, after]) => `{{${before}${inside}${after}}}`),
    fc.tuple(path, path).map(([a, b]) => `{{eq ${a} ${b}}}`),
    tie('block'),
  ),
  block: fc
    .record({
      block: fc.constantFrom('if', 'unless', 'each', 'with'),
      subject: expression,
      hash: fc.constantFrom('', '', '', ' includeZero=true', ' includeZero=no'),
      body: tie('template'),
      otherwise: fc.option(tie('template')),
      chained: fc.option(fc.tuple(fc.constantFrom('if', 'each', 'with'), expression, tie('template'))),
      tildes: fc.array(tilde, { minLength: 4, maxLength: 4 }),
    })
    .map(({ block, subject, hash, body, otherwise, chained, tildes: [a, b, c, d] }) => {
      const middle = chained ? `{{else ${chained[0]} ${chained[1]}}}${chained[2]}` : '';
      const end = otherwise === null ? '' : `{{${c}else${d}}}${otherwise}`;
      return `{{${a}#${block} ${subject}${hash}${b}}}${body}${middle}${end}{{/${block}}}`;
    }),
}));

const text = fc.constantFrom('Ada', '482913', 'a  b', '{{code}}');
/** No two values are loosely equal: to Handlebars they are the same context, so that `../` passes over one. */
const payload = fc.record(
  {
    code: text,
    user: fc.record({ name: text, count: fc.constant(7), yes: fc.constant(true) }, { requiredKeys: [] }),
    name: text,
    list: fc.array(text, { maxLength: 3 }),
    items: fc.array(fc.record({ name: text, code: text, count: fc.constant(3) }, { requiredKeys: [] }), {
      maxLength: 2,
    }),
    count: fc.constantFrom(0, 7),
    zero: fc.constant(0),
    empty: fc.constant(null),
    yes: fc.constant(true),
    no: fc.constant(false),
  },
  { requiredKeys: [] },
);

/** Handlebars, with own properties only, and with the helper that it lacks. */
const oracle = Handlebars.create();
oracle.registerHelper('eq', (left: unknown, right: unknown) => left === right);
const byHandlebars = (content: string, values: object) =>
  oracle.compile(content)(structuredClone(values), {
    allowProtoPropertiesByDefault: false,
    allowProtoMethodsByDefault: false,
  });

test('templates have the same result as in Handlebars', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(template, payload, async (content, values) => {
      const whole = `(${content})`;
      fc.pre(inspectTemplate(whole).ok);
      compared += 1;
      const all = { recipient: 'ada@example.com', ...values };
      expect(await show(whole, values as Payload)).toBe(byHandlebars(whole, all));
    }),
    { numRuns: 1000 },
  );
  expect(compared).toBe(1000);
});

describe('block parameters', () => {
  test.each<[content: string, payload: Payload, text: string]>([
    ['{{#each list as |item|}}{{item}}, {{/each}}', { list: ['a', 'b'] }, 'a, b, '],
    ['{{#each list as |item i|}}{{i}}{{item.name}}{{/each}}', { list: [{ name: 'a' }] }, '0a'],
    [
      '{{#with user as |u|}}{{u.name}}{{name}}{{#with u as |v|}}{{v.name}}{{u.name}}{{/with}}{{/with}}',
      { user: { name: 'x' } },
      'xxxx',
    ],
    [
      '{{#each list as |item|}}{{#each item as |item|}}{{item}}{{/each}}{{/each}}',
      { list: [['a'], ['b']] },
      'ab',
    ],
    [
      '{{#each list as |code|}}{{code}}{{this.code}}{{./code}}{{../code}}{{/each}}',
      { code: '1', list: [{ code: '2' }] },
      '[object Object]221',
    ],
    ['{{#if user as |u|}}{{u.name}}{{/if}}', { user: { name: 'x' }, u: { name: 'y' } }, 'y'],
  ])('%s with %j is %j', async (content, values, shown) => {
    expect(await show(content, values)).toBe(shown);
  });

  test('are known, so they are never kept as placeholders', async () => {
    expect(
      await show('{{#each list as |item|}}<{{item.name}}{{other}}>{{/each}}', { list: [{}] }, 'keep'),
    ).toBe('<{{other}}>');
  });
});

test.each<[content: string, payload: Payload, text: string]>([
  ['{{#if zero}}a{{else}}b{{/if}}{{#if zero includeZero=true}}a{{else}}b{{/if}}', { zero: 0 }, 'ba'],
  ['{{#unless zero includeZero=true}}a{{else}}b{{/unless}}{{^if zero}}c{{/if}}', { zero: 0 }, 'bc'],
  [
    '{{#each users}}{{#each tags}}{{@../index}}{{@index}}{{this}}{{../name}} {{/each}}{{/each}}',
    {
      users: [
        { name: 'A', tags: ['x', 'y'] },
        { name: 'B', tags: ['z'] },
      ],
    },
    '00xA 01yA 10zB ',
  ],
  [
    '{{#each map}}{{@key}}={{this}}{{#unless @last}},{{/unless}}{{/each}}',
    { map: { a: 1, b: 2 } },
    'a=1,b=2',
  ],
  ['{{#each list}}{{@first}} {{@last}};{{/each}}', { list: [1, 2] }, 'true false;false true;'],
  ['{{#if name.length}}{{name}}{{/if}}{{name.length}}', { name: 'Ada' }, 'Ada'],
  [
    '{{duration seconds locale}} {{duration 90 "no such"}} {{duration "x" "en"}}',
    { seconds: 600, locale: 'de' },
    '10 Minuten 1 minute ',
  ],
])('%s with %j is %j', async (content, values, shown) => {
  expect(await show(content, values)).toBe(shown);
});
