import type { Io } from './io.js';
import type { Printer } from './printer.js';

/** What a process ends with. */
export const EXIT = {
  ok: 0,
  /** Something is wrong, and was named. */
  problem: 1,
  /** The command line is wrong. */
  usage: 2,
  /** It failed for now: the same may work later. */
  temporary: 3,
  /** A bug of Postern (`EX_SOFTWARE` of sysexits). */
  internal: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command came to: its exit code, and what `--json` prints beside `ok`. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly result: Readonly<Record<string, unknown>>;
}

/** What every command gets beside its own options. */
export interface CommandContext {
  readonly io: Io;
  readonly printer: Printer;
  /** Whether someone is there to answer questions. */
  readonly interactive: boolean;
}
