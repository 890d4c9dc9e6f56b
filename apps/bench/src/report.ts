import { styleText } from 'node:util';
import { type BenchResult, type Goal, isMet, type Table } from './bench.ts';

function format(value: number, extraDigits: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2) + extraDigits;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Formats a value with three significant digits: `1234.5` → `1,235`, `12.34` → `12.3`, `1.234` → `1.23`. */
export const formatFigure = (value: number): string => format(value, 0);

export const formatRatio = (value: number): string => `${formatFigure(value)}×`;

export const formatPercent = (share: number): string =>
  Number.isFinite(share) ? `${Math.round(share * 100)}%` : '–';

const bound = ({ atLeast, atMost }: Goal): string =>
  [
    ...(atLeast === undefined ? [] : [`at least ${formatFigure(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${formatFigure(atMost)}`]),
  ].join(', ');

/** Adds a digit if the rounded figure would equal the limit that the goal misses. */
function measuredFigure(goal: Goal): string {
  const figure = formatFigure(goal.measured);
  const limits = [goal.atLeast, goal.atMost].map((limit) => limit !== undefined && formatFigure(limit));
  return !isMet(goal) && limits.includes(figure) ? format(goal.measured, 1) : figure;
}

/** Pads the columns. The first is left-aligned, and the others are right-aligned. */
function align({ columns, rows }: Table): string[][] {
  const lines = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    widths.map((width, column) => {
      const cell = line[column] ?? '';
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    }),
  );
}

function tableAsText(table: Table): string {
  const [head = [], ...rows] = align(table).map((cells) => cells.join('  ').trimEnd());
  return [styleText('bold', table.title), styleText('dim', String(head)), ...rows].join('\n');
}

function goalAsText(goal: Goal): string {
  const verdict = isMet(goal) ? styleText('green', '✓') : styleText('red', '✗');
  return `${verdict} ${goal.text}: ${measuredFigure(goal)} (${bound(goal)})`;
}

/** For the terminal. */
export const resultAsText = ({ tables, goals, notes }: BenchResult): string =>
  [...tables.map(tableAsText), goals.map(goalAsText).join('\n'), notes.map((note) => `- ${note}`).join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');

const asRow = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function tableAsMarkdown(table: Table): string {
  const [head = [], ...rows] = align(table);
  const rule = head.map((cell, column) =>
    column === 0 ? '-'.repeat(cell.length) : `${'-'.repeat(Math.max(cell.length - 1, 1))}:`,
  );
  return [`**${table.title}**`, '', asRow(head), asRow(rule), ...rows.map(asRow)].join('\n');
}

const goalsAsMarkdown = (goals: readonly Goal[]): string =>
  tableAsMarkdown({
    title: 'Goals',
    columns: ['Goal', 'Measured', 'Target', 'Met'],
    rows: goals.map((goal) => [goal.text, measuredFigure(goal), bound(goal), isMet(goal) ? 'yes' : 'no']),
  });

/** For RESULTS.md. */
export const resultAsMarkdown = ({ tables, goals, notes }: BenchResult): string =>
  [
    ...tables.map(tableAsMarkdown),
    goals.length > 0 ? goalsAsMarkdown(goals) : '',
    notes.map((note) => `- ${note}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
