import { styleText } from 'node:util';
import type { TextRole } from '@postern/transport-smtp';
import type { Io, OutputStream } from './io.js';

/** The role of a piece of text, which determines its color. */
type Role = TextRole | 'heading';

const FORMAT = {
  passed: 'green',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
  response: 'dim',
  hint: 'cyan',
  heading: 'bold',
} as const satisfies Record<Role, Parameters<typeof styleText>[0]>;

/** Colors a piece of text in a terminal. `NO_COLOR` and `FORCE_COLOR` override this. */
export type Style = (text: string, role: Role) => string;

export const styleFor =
  (stream: OutputStream): Style =>
  (text, role) =>
    styleText(FORMAT[role], text, { stream });

export const hasColors = (stream: OutputStream): boolean => styleFor(stream)('x', 'heading') !== 'x';

/** Removes terminal control characters and bidi controls from text of servers and files. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ');

const CLEAR_LINE = '\r\u001b[2K';

/** Writes text for people. With `--json` it writes nothing, so that stdout contains only the result. */
export interface Printer {
  /** Writes a line of the result to stdout. */
  print(text: string): void;
  /** Writes a line that is not part of the result to stderr. */
  note(text: string): void;
  /** Shows the current activity, in terminals only. The next line replaces it. */
  progress(text: string): void;
  /** Removes the progress line. */
  done(): void;
  /** The style for `print`. */
  readonly style: Style;
}

export function createPrinter({ stdout, stderr }: Io, { silent }: { silent: boolean }): Printer {
  let inProgress = false;
  const done = () => {
    if (inProgress) stdout.write(CLEAR_LINE);
    inProgress = false;
  };
  const style = styleFor(stdout);
  if (silent) return { print() {}, note() {}, progress() {}, done() {}, style };
  return {
    print(text) {
      done();
      stdout.write(`${text}\n`);
    },
    note(text) {
      done();
      stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!stdout.isTTY) return;
      stdout.write(`${CLEAR_LINE}${style(text, 'skipped')}`);
      inProgress = true;
    },
    done,
    style,
  };
}
