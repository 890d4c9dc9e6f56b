import type { PayloadValue } from '../payload.js';
import { escapeHtml } from './escape-html.js';
import type { ValueFormat } from './value-format.js';

/**
 * What a variable becomes that the payload lacks: `error` refuses to render, `empty` shows nothing,
 * `keep` leaves the placeholder as written (a missing part inside an object that is there shows nothing).
 */
export type MissingVariable = 'error' | 'empty' | 'keep';

export interface ProgramOptions {
  /** Escapes values for html where there is no `format`. */
  escape: boolean;
  missingVariable: MissingVariable;
  /** Writes each value into the text. @default values are escaped for html, or shown as they are */
  format?: ValueFormat | undefined;
}

/** How the program writes its values. */
export const formatOf = (options: ProgramOptions): ValueFormat =>
  options.format ?? (options.escape ? escapeHtml : (value) => value);

/** What a program makes of a payload. */
export interface RenderedText {
  readonly text: string;
  /** What stands between the fixed parts, where the program knows it. */
  readonly values?: readonly string[];
}

/** One text of a template, compiled. */
export interface TemplateProgram {
  /** Adds to `problems` what the payload lacks, in words. */
  render(payload: Record<string, PayloadValue>, problems: Set<string>): RenderedText;
  /** What stands before, between and after the variables and blocks, in order. The same in everything it renders. */
  readonly fixedParts: readonly string[];
}
