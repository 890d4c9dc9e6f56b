import { describe, expect, test } from 'vitest';
import { REQUIRED_TEMPLATES, seedConfig, template } from '../../fixtures/seed-config.js';
import { inspectConnectorConfig } from '../index.js';

function problemOf(content: string): string | undefined {
  const templates = [...REQUIRED_TEMPLATES, template('Welcome', { content })];
  const { issues } = inspectConnectorConfig(seedConfig({ templates }));
  return issues.find(({ code }) => code === 'template_syntax')?.message;
}

describe('a syntax error has a line and a column', () => {
  test.each([
    ['Hi {{code', 'line 1, column 6: a {{…}} is incomplete or not closed with }}'],
    ['Hi {{code ', 'line 1, column 11: a {{…}} is incomplete or not closed with }}'],
    ['a\r\nb {{code}} {{ }}', 'line 2, column 15: a {{…}} is incomplete or not closed with }}'],
    [
      '{{user name}}',
      'line 1, column 1: {{user …}} calls an unknown helper. The available names are if, unless, each, with, eq, lookup, unlink, address, duration, date',
    ],
    ['a\n  {{#if code}}\nx', 'line 2, column 3: {{#if code}} is never closed: add {{/if}}'],
    ['{{#if a}}{{#each b}}{{/each}}', 'line 1, column 1: {{#if a}} is never closed: add {{/if}}'],
    ['a\nb {{/if}}', 'line 2, column 3: this tag closes a block that was not opened'],
    ['{{#if code}}\n {{/unless}}', "line 1, column 4: if doesn't match unless"],
    ['x {{else}} y', 'line 1, column 3: this {{else}} is not inside a block'],
    ['{{#if}}x{{/if}}', 'line 1, column 1: {{#if}} requires a variable, such as {{#if link}}'],
    [
      '{{#if a b}}x{{/if}}',
      'line 1, column 1: {{#if}} takes one variable. To compare two, use {{#if (eq a b)}}',
    ],
    ['{{if code}}', 'line 1, column 1: {{if …}} is a block. Write it as {{#if …}}…{{/if}}'],
    ['{{eq code}}', 'line 1, column 1: {{eq …}} takes two values, such as (eq a b)'],
    ['{{> footer}}', 'line 1, column 1: Partials ({{> …}}) are not supported. Insert their content instead'],
    [
      '{{#> layout}}x{{/layout}}',
      'line 1, column 1: Partials ({{#> …}}) are not supported. Insert their content instead',
    ],
    ['{{#*inline "x"}}x{{/inline}}', 'line 1, column 1: Decorators ({{#* …}}) are not supported'],
    ['{{* x}}', 'line 1, column 1: Decorators ({{* …}}) are not supported'],
    [
      '{{#user}}x{{/user}}',
      'line 1, column 1: {{#user}} is not a known block. The available blocks are {{#if}}, {{#unless}}, {{#each}}, {{#with}}',
    ],
    [
      '{{log code}}',
      'line 1, column 1: {{log …}} calls an unknown helper. The available names are if, unless, each, with, eq, lookup, unlink, address, duration, date',
    ],
    [
      '{{#if (not code)}}x{{/if}}',
      'line 1, column 7: (not …) calls an unknown helper. The available names are if, unless, each, with, eq, lookup, unlink, address, duration, date',
    ],
    ['{{#if a}}'.repeat(101), 'line 1, column 901: blocks are nested deeper than 100 levels'],
    [
      `{{#if ${'(eq 1 '.repeat(100)}2${')'.repeat(100)}}}`,
      'line 1, column 1: blocks are nested deeper than 100 levels',
    ],
    ['x'.repeat(256 * 1024 + 1), 'line 1, column 1: it is longer than 262144 characters'],
  ])('%j', (content, problem) => {
    expect(problemOf(content)).toBe(`templates[4].content is broken at ${problem}`);
  });

  test.each([500, 1000, 1500, 2000])('%i nested calls do not throw', (calls) => {
    // A brace in a text keeps the search for deep nesting from seeing them.
    const content = `{{#if ${'(eq "{" '.repeat(calls)}2${')'.repeat(calls)}}}`;
    expect(() => problemOf(content)).not.toThrow();
  });

  test('in the subject', () => {
    const templates = [
      ...REQUIRED_TEMPLATES,
      template('Welcome', { subject: 'Hi {{', sendFrom: '{{#if a}} <a@b.c>' }),
    ];
    const { issues } = inspectConnectorConfig(seedConfig({ templates }));

    expect(issues.map(({ path }) => path)).toEqual([
      ['templates', 4, 'subject'],
      ['templates', 4, 'sendFrom'],
    ]);
  });
});

describe('valid templates', () => {
  test.each([
    '{{#if code}}a{{else if link}}b{{else}}c{{/if}}',
    '{{#unless code}}a{{/unless}}',
    '{{#each list as |item index|}}{{item.name}} {{index}} {{@first}}{{/each}}',
    '{{#with user}}{{name}} {{../code}}{{/with}}',
    '{{#if (eq locale "de")}}a{{/if}} {{lookup list 0}} {{unlink user.name}}',
    '{{! a comment }} {{!-- {{another}} --}}',
    '{{~code~}}',
    '{{list.0}} {{list.0.name}} {{ a.0.1 }} {{007}}',
    'a { b: {{code}}} } {{{{code}}}} \\{{code}}',
    `${'{{#if a}}'.repeat(100)}${'{{/if}}'.repeat(100)}`,
    '\0 \u2028 \ue000 \uf8ff',
  ])('%j', (content) => {
    expect(problemOf(content)).toBeUndefined();
  });

  test('parsing is fast for any text', () => {
    const bombs = [
      '1.',
      '{',
      '{{ ',
      '{{a',
      '{{#if a}}',
      '{{#if (eq 1 ',
      '{{else if a}}',
      '\\',
      '{{a.0}}',
      '(',
      '}',
    ];
    for (const bomb of bombs) {
      problemOf(bomb.repeat(Math.floor(60_000 / bomb.length)));
    }
  });
});
