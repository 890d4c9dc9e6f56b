import type { Diagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Issue } from '../../src/wire/issue';

/** The first line and column are 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mustache, a string, a word, or one character. */
const MARKED = /^(?:\{\{.*?\}\}+|"(?:[^"\\]|\\.)*"|[\w.$-]+|.)/u;

/** In characters. For a longer string, the start is enough. */
const LONGEST_MARK = 80;

/** The position in the text, or the nearest one, because the text may have changed. */
export function offsetOf(document: Text, { line, column }: Place): number {
  const { from, length } = document.line(Math.min(Math.max(line, 1), document.lines));
  return from + Math.min(Math.max(column - 1, 0), length);
}

function rangeOf(document: Text, issue: Issue): { from: number; to: number } {
  // An issue without a position is shown on the first line.
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
