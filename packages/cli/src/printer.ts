import { styleText } from 'node:util';
import type { TextRole } from '@postern/transport-smtp';
import type { Io, OutputStream } from './io.js';

/** The part that a piece of text plays, and by it its colour. */
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

/** Colours a piece of text, on a terminal; `NO_COLOR` and `FORCE_COLOR` have the last word. */
export type Style = (text: string, role: Role) => string;

export const styleFor =
  (stream: OutputStream): Style =>
  (text, role) =>
    styleText(FORMAT[role], text, { stream });

export const hasColours = (stream: OutputStream): boolean => styleFor(stream)('x', 'heading') !== 'x';

/** Servers and files may hold what a terminal takes for commands, or what turns the order of letters around. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ');

const CLEAR_LINE = '\r\u001b[2K';

/** Writes for people. With `--json` it writes nothing: then the result on stdout is all there is. */
export interface Printer {
  /** A line of what was asked for. */
  print(text: string): void;
  /** A line that is not part of it, on stderr. */
  note(text: string): void;
  /** What is being done right now; on a terminal only, and gone with the next line. */
  progress(text: string): void;
  /** Takes the progress line away. */
  done(): void;
  /** For what `print` writes. */
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
