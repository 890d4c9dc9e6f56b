import type { Readable, Writable } from 'node:stream';
import type { ConfigVariables } from '@postern/core';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Everything that a command reaches of the process it runs in. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** What was asked for. */
  readonly stdout: OutputStream;
  /** Everything else: errors, questions. */
  readonly stderr: OutputStream;
  readonly env: ConfigVariables;
  /** The folder that file names are relative to. */
  readonly cwd: string;
}
