import type { Issue } from './wire/issue.js';

const INDENT = ' '.repeat(11);

const count = (number: number, noun: string) =>
  number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Formats issues for a terminal: severity and path, message, and hint on separate lines. */
export function formatIssues(file: string, issues: readonly Issue[]): string {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const counts = [count(errors, 'error'), count(issues.length - errors, 'warning')]
    .filter(Boolean)
    .join(', ');
  const lines = issues.map(({ severity, path, line, message, hint }) =>
    [
      `  ${severity.padEnd(8)} ${path || '(whole file)'}${line === undefined ? '' : `, line ${line}`}`,
      `${INDENT}${message}`,
      ...(hint === undefined ? [] : [`${INDENT}hint: ${hint}`]),
    ].join('\n'),
  );
  return [`${file}${errors > 0 ? ' is not valid' : ''}: ${counts}`, ...lines, ''].join('\n');
}
