import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileTemplate } from './handlebars-program.js';
import type { ProgramOptions } from './template-program.js';
import { readTemplate } from './template-source.js';

function compile(text: string, options: ProgramOptions) {
  const read = readTemplate(text);
  if (!read.ok) throw new Error(read.problem.message);
  return compileTemplate(read.source, options);
}

function render(
  text: string,
  payload: Parameters<ReturnType<typeof compile>['render']>[0],
  options: ProgramOptions,
) {
  const problems = new Set<string>();
  const { text: rendered, values } = compile(text, options).render(payload, problems);
  return { rendered, values, problems: [...problems] };
}

/** Nothing is shown of it, and there is more than plain variables in a text that has it. */
const BLOCK = '{{#if nothingOfThatName}}{{/if}}';

test('plain variables are filled in as Handlebars fills them in', () => {
  const name = fc.constantFrom(
    'code',
    'user',
    'name',
    'list',
    '0',
    '1',
    'length',
    'constructor',
    '__proto__',
    'true',
    'this',
    'a-b',
    '[a b]',
  );
  const path = fc
    .tuple(fc.constantFrom('', '', '', './', 'this.'), fc.array(name, { minLength: 1, maxLength: 3 }))
    .map(([start, names]) => start + names.join('.'));
  const variable = fc
    .tuple(path, fc.constantFrom(['{{', '}}'], ['{{ ', ' }}'], ['{{~', '~}}'], ['{{{', '}}}'], ['{{&', '}}']))
    .map(([own, [open, close]]) => `${open}${own}${close}`);
  const stretch = fc.constantFrom(
    '',
    ' ',
    '\n',
    '<b>',
    'Hello ',
    '{',
    '}',
    '\\',
    '{{! a comment }}',
    '\ue000',
    '"&\'',
  );
  const text = fc
    .array(fc.oneof(stretch, variable), { maxLength: 8 })
    .map((parts) => `${parts.join('')}, end`);
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(
        '482913',
        'Ada',
        '',
        `a&b<c>"d'e\`f=g`,
        '{{code}}',
        '$&',
        7,
        0,
        true,
        false,
        null,
        undefined,
      ),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: false }),
    ),
  })).value;
  const payload = fc.dictionary(name, value, { maxKeys: 6 });
  const options = fc.record({
    escape: fc.boolean(),
    missingVariable: fc.constantFrom('error', 'empty', 'keep'),
  });

  let ours = 0;
  fc.assert(
    fc.property(text, payload, options, (content, variables, how) => {
      fc.pre(readTemplate(content).ok);
      const given = variables as Parameters<typeof render>[1];
      const { values, ...plain } = render(content, given, how as ProgramOptions);
      if (values) ours += 1;
      const { values: none, ...byHandlebars } = render(content + BLOCK, given, how as ProgramOptions);
      expect(none).toBeUndefined();
      expect(plain).toEqual(byHandlebars);
    }),
    { numRuns: 10_000 },
  );
  // Not by leaving all of it to Handlebars.
  expect(ours).toBeGreaterThan(5000);
});

test('what was filled in stands between the fixed parts', () => {
  const options = { escape: true, missingVariable: 'keep' } as const;
  const text = 'Hello {{user.name}}, {{code}}{{! never shown }} or {{ link }}';
  const { fixedParts } = compile(text, options);
  const { values, rendered } = render(text, { code: '1<2', user: { name: 'Ada' } }, options);
  expect(fixedParts).toEqual(['Hello ', ', ', ' or ', '']);
  expect(values).toEqual(['Ada', '1&lt;2', '{{ link }}']);
  expect(rendered).toBe('Hello Ada, 1&lt;2 or {{ link }}');
});
