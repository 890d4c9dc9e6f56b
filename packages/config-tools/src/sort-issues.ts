interface SortableIssue {
  readonly severity: 'error' | 'warning';
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

const compareText = (one: string, other: string) => Number(one > other) - Number(one < other);

/** Sorts errors before warnings, then by file and position. */
export const sortIssues = <Issue extends SortableIssue>(issues: readonly Issue[]): Issue[] =>
  issues.toSorted(
    (one, other) =>
      Number(one.severity === 'warning') - Number(other.severity === 'warning') ||
      compareText(one.file ?? '', other.file ?? '') ||
      (one.line ?? 0) - (other.line ?? 0) ||
      (one.column ?? 0) - (other.column ?? 0),
  );
