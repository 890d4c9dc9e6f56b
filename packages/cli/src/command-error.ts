import type { LocatedIssue } from '@postern/config-tools';

/** Stable values for programs that read `--json`. */
export type CommandErrorCode =
  | 'usage'
  | 'file_missing'
  | 'file_unreadable'
  | 'file_exists'
  | 'config_invalid'
  | 'payload_invalid';

/** Ends a command. The message is shown to the user and never contains a secret. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: CommandErrorCode;
  /** What to do about it. */
  readonly hint?: string;
  /** The problems of the config, if they are the cause. */
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

/** The user pressed Ctrl-C or Ctrl-D at a question. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
