import type { Io } from './io.js';
import type { Printer } from './printer.js';

/** Exit codes. */
export const EXIT = {
  ok: 0,
  /** A problem that the output describes. */
  problem: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A temporary failure: the same command may work later. */
  temporary: 3,
  /** A bug in Postern (`EX_SOFTWARE` of sysexits). */
  internal: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The outcome of a command: its exit code, and the fields that `--json` prints next to `ok`. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly result: Readonly<Record<string, unknown>>;
}

/** What every command receives in addition to its own options. */
export interface CommandContext {
  readonly io: Io;
  readonly printer: Printer;
  /** Whether a user can answer questions. */
  readonly interactive: boolean;
}
