import { expect, test } from 'vitest';
import { inspectTemplate } from '../index.js';

test('returns the variables of a template', () => {
  expect(inspectTemplate('{{#if code}}{{code}}{{/if}} for {{{application.name}}}')).toEqual({
    ok: true,
    variables: [
      { path: 'code', root: 'code', inner: false, unescaped: false },
      { path: 'code', root: 'code', inner: false, unescaped: false },
      { path: 'application.name', root: 'application', inner: false, unescaped: true },
    ],
  });
});

test('returns the position of a syntax error', () => {
  expect(inspectTemplate('Hello\n  {{#if code}}')).toEqual({
    ok: false,
    problem: { message: expect.stringContaining('{{#if code}}'), line: 2, column: 3 },
  });
  expect(inspectTemplate('{{> header}}')).toEqual({
    ok: false,
    problem: { message: expect.stringContaining('Partials'), line: 1, column: 1 },
  });
});
