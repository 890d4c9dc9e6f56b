import { LOCALE_ALIASES } from '@postern/core';
import { ar } from './ar.js';
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
import type { LinkTexts } from './link-texts.js';
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

const languages = {
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
} satisfies Record<string, LinkTexts>;

/** The ready-made texts by BCP 47 tag, including the aliases of their languages. */
export const LINK_TEXTS: Readonly<Record<string, LinkTexts>> = Object.fromEntries(
  Object.entries(languages).flatMap(([tag, texts]) =>
    [tag, ...(LOCALE_ALIASES[tag] ?? [])].map((name) => [name, texts]),
  ),
);
