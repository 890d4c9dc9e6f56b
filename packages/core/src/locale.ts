import { lookup } from 'bcp-47-match';

/** Turns what browsers, apps and databases write (`zh_CN`, `DE-at`) into a BCP 47 tag, or `undefined`. */
export function normalizeLocale(input: string | undefined): string | undefined {
  if (!input || input.length > 100) return undefined;
  try {
    return Intl.getCanonicalLocales(input.trim().replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

/**
 * RFC 4647 section 3.4 lookup: the exact tag if it is available, else ever shorter prefixes of it
 * (`zh-Hant-TW` → `zh-Hant` → `zh`).
 */
export function lookupLocale(available: readonly string[], wanted: string | undefined): string | undefined {
  const range = normalizeLocale(wanted);
  return range === undefined ? undefined : lookup([...available], [range]);
}
