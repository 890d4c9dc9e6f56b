import type { LocatedIssue } from '@postern/config-tools';

/** Stable, for programs that read `--json`. */
export type CommandErrorCode =
  | 'usage'
  | 'file_missing'
  | 'file_unreadable'
  | 'file_exists'
  | 'config_invalid'
  | 'payload_invalid';

/** Ends a command; the message says why, for the person at the terminal. Never holds a secret. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  /** What to do about it. */
  readonly hint?: string;
  /** What is wrong with the config, where that is the reason. */
  readonly issues?: readonly LocatedIssue[];

  constructor(
    code: CommandErrorCode,
    message: string,
    { hint, issues, cause }: { hint?: string; issues?: readonly LocatedIssue[]; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    if (hint !== undefined) this.hint = hint;
    if (issues !== undefined) this.issues = issues;
  }
}

/** Someone pressed Ctrl-C instead of answering. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
