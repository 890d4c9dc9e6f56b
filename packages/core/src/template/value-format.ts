import { normalizeLocale } from '../locale.js';
import { isRightToLeft, plainLine } from '../plain-line.js';
import type { HtmlValue } from './html-values.js';

/** Formats a value for one text of a template. `path` is the path of the variable. */
export type ValueFormat = (value: string, path: string) => string;

const RTL_LANGUAGES = new Set([
  'ar',
  'arc',
  'ckb',
  'dv',
  'fa',
  'he',
  'ks',
  'ps',
  'sd',
  'syr',
  'ug',
  'ur',
  'yi',
]);

const isRtlLocale = (locale: string | undefined) =>
  RTL_LANGUAGES.has(normalizeLocale(locale)?.split('-')[0] ?? '');

/** These values must arrive unchanged, and are not prose. */
const EXACT_PATH = /(?:code|link|url|token)$/i;

/** Mail apps would include isolates in the URL. */
const WEB_URL = /^https?:\/\/\S+$/i;

/** The formats of one template. */
export interface ValueFormats {
  /** For text and subject. */
  readonly line: ValueFormat;
  /** For HTML, as input for `placeValues`. */
  toHtmlValue(value: string, path: string): HtmlValue;
}

/**
 * A right-to-left value in a left-to-right sentence is isolated (UAX 9), so that it cannot reorder the surrounding words,
 * numbers, and punctuation.
 */
export function formatsFor(locale: string | undefined): ValueFormats {
  const isRtl = isRtlLocale(locale);
  const isIsolated = (value: string, path: string) =>
    !isRtl && isRightToLeft(value) && !EXACT_PATH.test(path) && !WEB_URL.test(value);
  return {
    line: (value, path) => {
      const line = plainLine(value);
      return isIsolated(line, path) ? `\u2068${line}\u2069` : line;
    },
    toHtmlValue(value, path) {
      const text = plainLine(value);
      return { text, path, isIsolated: isIsolated(text, path) };
    },
  };
}
