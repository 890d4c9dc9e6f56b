import { normalizeLocale } from '../locale.js';
import { isRightToLeft, plainLine } from '../plain-line.js';
import type { HtmlValue } from './html-values.js';

/** Writes a value into one text of a template. The path is that of the variable. */
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

/** These have to arrive exactly, and are not prose. */
const EXACT_PATH = /(?:code|link|url|token)$/i;

/** A mail app would take the isolates for a part of the URL. */
const WEB_URL = /^https?:\/\/\S+$/i;

/** The formats of one template. */
export interface ValueFormats {
  /** Text and subject. */
  readonly line: ValueFormat;
  /** Html, for `placeValues`. */
  toHtmlValue(value: string, path: string): HtmlValue;
}

/**
 * A right-to-left value in a sentence of the other direction is isolated (UAX 9), so that it cannot turn the words,
 * numbers and punctuation around it.
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
