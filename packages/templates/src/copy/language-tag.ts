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
