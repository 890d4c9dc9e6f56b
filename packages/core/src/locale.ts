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
  let range = normalizeLocale(wanted)?.toLowerCase();
  while (range) {
    const found = available.find((tag) => tag.toLowerCase() === range);
    if (found !== undefined) return found;
    // A single letter introduces what follows it, so the two go together.
    range = range.includes('-') ? range.replace(/(?:-[a-z0-9])?-[^-]*$/, '') : undefined;
  }
  return undefined;
}
