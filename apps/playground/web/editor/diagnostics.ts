import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Issue } from '../../src/wire/issue';

/** Both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mustache, a string, a word, or else one character. */
const MARKED = /^(?:\{\{.*?\}\}+|"(?:[^"\\]|\\.)*"|[\w.$-]+|.)/u;

/** Marks are for the eye; of a long string the beginning is enough. */
const LONGEST_MARK = 80;

/** The place in the text, or the nearest that there still is: the text may have changed since. */
export function offsetOf(document: Text, { line, column }: Place): number {
  const { from, length } = document.line(Math.min(Math.max(line, 1), document.lines));
  return from + Math.min(Math.max(column - 1, 0), length);
}

function rangeOf(document: Text, issue: Issue): { from: number; to: number } {
  // What has no place is about the whole; the list says so, the first line shows it.
  const from = offsetOf(document, { line: issue.line ?? 1, column: issue.column ?? 1 });
  const line = document.lineAt(from);
  const marked = MARKED.exec(line.text.slice(from - line.from))?.[0] ?? '';
  return { from, to: from + Math.min(marked.length, LONGEST_MARK) };
}

export const diagnosticsOf = (document: Text, issues: readonly Issue[]): Diagnostic[] =>
  issues
    .map((issue) => ({
      ...rangeOf(document, issue),
      severity: issue.severity,
      message: issue.hint === undefined ? issue.message : `${issue.message}\n${issue.hint}`,
    }))
    .sort((one, other) => one.from - other.from);
