import type { Readable, Writable } from 'node:stream';
import type { ConfigVariables } from '@postern/core';

/** A stream that may be a terminal. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** The parts of the process that a command uses. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** The result. */
  readonly stdout: OutputStream;
  /** Everything else: errors and questions. */
  readonly stderr: OutputStream;
  readonly env: ConfigVariables;
  /** The folder that paths are relative to. */
  readonly cwd: string;
}
