import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { BenchResult } from './bench.ts';
import { formatFigure, formatPercent, formatRatio, resultAsMarkdown, resultAsText } from './report.ts';

const RESULT: BenchResult = {
  tables: [
    {
      title: 'Speed',
      columns: ['', 'per second'],
      rows: [
        ['one', '12,345'],
        ['a | b', '7'],
      ],
    },
  ],
  goals: [
    { text: 'one against two', measured: 2.5, atLeast: 2 },
    { text: 'growth', measured: 1.2, atMost: 1.1 },
  ],
  notes: ['It was sunny.'],
};

describe('figures', () => {
  it.each([
    [12_345.6, '12,346'],
    [99.94, '99.9'],
    [1.234, '1.23'],
    [0, '0.00'],
    [Number.NaN, '–'],
  ])('%d', (value, text) => expect(formatFigure(value)).toBe(text));

  it('formats ratios and shares', () => {
    expect(formatRatio(2.345)).toBe('2.35×');
    expect(formatPercent(0.123)).toBe('12%');
    expect(formatPercent(Number.NaN)).toBe('–');
  });
});

it('renders a result for the terminal', () => {
  expect(stripVTControlCharacters(resultAsText(RESULT))).toBe(
    [
      'Speed',
      '       per second',
      'one        12,345',
      'a | b           7',
      '',
      '✓ one against two: 2.50 (at least 2.00)',
      '✗ growth: 1.20 (at most 1.10)',
      '',
      '- It was sunny.',
    ].join('\n'),
  );
});

it('renders a result as Markdown', () => {
  expect(resultAsMarkdown(RESULT)).toBe(
    [
      '**Speed**',
      '',
      '|       | per second |',
      '| ----- | ---------: |',
      '| one   |     12,345 |',
      '| a \\| b |          7 |',
      '',
      '**Goals**',
      '',
      '| Goal            | Measured |        Target | Met |',
      '| --------------- | -------: | ------------: | --: |',
      '| one against two |     2.50 | at least 2.00 | yes |',
      '| growth          |     1.20 |  at most 1.10 |  no |',
      '',
      '- It was sunny.',
    ].join('\n'),
  );
});

it.each([
  ['at least', { measured: 2.997, atLeast: 3 }, '✗ speed: 2.997 (at least 3.00)'],
  ['at most', { measured: 60.04, atMost: 60 }, '✗ speed: 60.04 (at most 60.0)'],
  ['at least, met', { measured: 3.001, atLeast: 3 }, '✓ speed: 3.00 (at least 3.00)'],
])('adds a digit if a missed goal would look met: %s', (_name, goal, line) => {
  const result = { tables: [], goals: [{ text: 'speed', ...goal }], notes: [] };
  expect(stripVTControlCharacters(resultAsText(result))).toBe(line);
});

it('omits empty parts', () => {
  expect(resultAsMarkdown({ tables: [], goals: [], notes: ['Nothing.'] })).toBe('- Nothing.');
});
