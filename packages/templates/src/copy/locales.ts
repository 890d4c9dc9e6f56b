import type { Copy } from './copy-schema.js';
import {
  ar,
  cs,
  da,
  de,
  en,
  es,
  esMX,
  fr,
  he,
  id,
  it,
  ja,
  ko,
  nl,
  pl,
  ptBR,
  ptPT,
  ru,
  sv,
  th,
  tr,
  uk,
  vi,
  zhCN,
  zhTW,
} from './languages.js';

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
