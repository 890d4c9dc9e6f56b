import { type LocatedIssue, sortIssues } from '@postern/config-tools';
import { formatPath } from '@postern/core';
import { printable, type Style } from './printer.js';

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `2 errors, 1 warning` */
export function countIssues(issues: readonly LocatedIssue[]): string {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const warnings = issues.length - errors;
  return [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')]
    .filter(Boolean)
    .join(', ');
}

/** Formats each issue as its place (in a form that editors and terminals link), message, and hint. */
export function formatIssues(file: string, issues: readonly LocatedIssue[], style: Style): string {
  return sortIssues(issues)
    .map(({ severity, path, message, hint, file: own = file, line, column }) => {
      const place = printable(line === undefined ? own : `${own}:${line}:${column}`);
      const label = style(severity, severity === 'error' ? 'failed' : 'warning');
      const where = printable(formatPath(path));
      return [
        `${style(place, 'skipped')} ${label}${where && ` ${style(where, 'heading')}`}`,
        `  ${printable(message)}`,
        ...(hint === undefined ? [] : [`  ${style(`→ ${printable(hint)}`, 'hint')}`]),
      ].join('\n');
    })
    .join('\n');
}
