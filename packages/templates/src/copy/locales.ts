import type { Copy } from './copy-schema.js';
import { en } from './en.js';

/** The ready-made copy, by BCP 47 tag. */
export const COPY = {
  en,
} satisfies Record<string, Copy>;

/** A language there is ready-made copy for. */
export type Locale = keyof typeof COPY;

/** Every language there is ready-made copy for. */
export const LOCALES: readonly Locale[] = Object.keys(COPY) as Locale[]; // the keys of the object above

/**
 * Tags that a look-up by ever shorter prefixes (RFC 4647) does not lead to the copy that their readers expect:
 * `zh-Hant-HK` becomes `zh-Hant`, and never `zh-TW`.
 */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'zh-CN': ['zh'],
  'zh-TW': ['zh-Hant', 'zh-HK', 'zh-MO'],
  'pt-BR': ['pt'],
  'es-MX': ['es-419'],
};

/** Right to left, for all who write from there, so that files for `fa` can follow the same layout. */
export const directionOf = (locale: string): 'ltr' | 'rtl' =>
  ['ar', 'he'].includes(new Intl.Locale(locale).language) ? 'rtl' : 'ltr';
