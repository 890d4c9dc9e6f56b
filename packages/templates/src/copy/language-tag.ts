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
