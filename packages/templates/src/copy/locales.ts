import { ar } from './ar.js';
import type { Copy } from './copy-schema.js';
import { cs } from './cs.js';
import { da } from './da.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { esMX } from './es-mx.js';
import { fr } from './fr.js';
import { he } from './he.js';
import { id } from './id.js';
import { it } from './it.js';
import { ja } from './ja.js';
import { ko } from './ko.js';
import { nl } from './nl.js';
import { pl } from './pl.js';
import { ptBR } from './pt-br.js';
import { ptPT } from './pt-pt.js';
import { ru } from './ru.js';
import { sv } from './sv.js';
import { th } from './th.js';
import { tr } from './tr.js';
import { uk } from './uk.js';
import { vi } from './vi.js';
import { zhCN } from './zh-cn.js';
import { zhTW } from './zh-tw.js';

/** The ready-made copy, by BCP 47 tag. */
export const COPY = {
  en,
  'zh-CN': zhCN,
  'zh-TW': zhTW,
  ja,
  ko,
  es,
  'es-MX': esMX,
  fr,
  de,
  it,
  'pt-BR': ptBR,
  'pt-PT': ptPT,
  nl,
  pl,
  cs,
  sv,
  da,
  tr,
  ru,
  uk,
  ar,
  he,
  th,
  vi,
  id,
} satisfies Record<string, Copy>;

/** A language with ready-made copy. */
export type Locale = keyof typeof COPY;

/** All languages with ready-made copy. */
export const LOCALES: readonly Locale[] = Object.keys(COPY) as Locale[]; // the keys of the object above

/**
 * Additional tags for languages whose readers a lookup by prefix (RFC 4647) would miss: it shortens `zh-Hant-HK` to
 * `zh-Hant`, and never finds `zh-TW`.
 */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'zh-CN': ['zh'],
  'zh-TW': ['zh-Hant', 'zh-HK', 'zh-MO'],
  'pt-BR': ['pt'],
  'es-MX': ['es-419'],
};

/** Whether a string is a language tag in canonical form (BCP 47). */
export function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag)[0] === tag;
  } catch {
    return false;
  }
}

/** Scripts that run from right to left (ISO 15924). */
const RIGHT_TO_LEFT = ['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa'];

/** The direction of a language, by the script that it is usually written in. */
export const directionOf = (locale: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.includes(new Intl.Locale(locale).maximize().script ?? '') ? 'rtl' : 'ltr';
