/** Longer than any list of languages that a browser sends. The rest is ignored. */
const MAX_HEADER_LENGTH = 1000;
const MAX_RANGES = 50;

/**
 * The languages that a reader accepts: a tag, the value of an `Accept-Language` header, or a list of either. A list is in
 * order of preference, unless its items have a `q` value.
 */
export type AcceptedLocales = string | readonly string[];

/** Converts the formats of browsers, apps, and databases (`zh_CN`, `DE-at`, `de_CH.UTF-8`) to a BCP 47 tag, or `undefined`. */
export function normalizeLocale(input: string | undefined): string | undefined {
  if (!input || input.length > 100) return undefined;
  try {
    return Intl.getCanonicalLocales(
      input
        .trim()
        .replace(/[.@].*$/, '')
        .replaceAll('_', '-'),
    )[0];
  } catch {
    return undefined;
  }
}

/** A language range (RFC 4647) and its weight. */
interface LanguageRange {
  /** A tag, or `*`. */
  readonly tag: string;
  readonly quality: number;
}

/** `de-CH;q=0.9`: the weight has at most three digits (RFC 9110 section 12.4.2). */
function readRange(text: string): LanguageRange | undefined {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim());
  const tag = name === '*' ? name : normalizeLocale(name);
  if (tag === undefined) return undefined;
  const [parameter = 'q=1', ...others] = parameters;
  const quality = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(parameter)?.[1];
  return quality === undefined || others.length > 0 ? undefined : { tag, quality: Number(quality) };
}

/** Returns the valid ranges, most preferred first. */
function readRanges(accepted: AcceptedLocales | undefined): LanguageRange[] {
  const texts = typeof accepted === 'string' ? [accepted] : (accepted ?? []).slice(0, MAX_RANGES);
  return texts
    .flatMap((text) => (typeof text === 'string' ? text.slice(0, MAX_HEADER_LENGTH).split(',') : []))
    .slice(0, MAX_RANGES)
    .flatMap((text) => readRange(text) ?? [])
    .sort((a, b) => b.quality - a.quality);
}

/** Yields shorter and shorter prefixes (RFC 4647 section 3.4). A single letter is removed with the part that it introduces. */
function* prefixesOf(tag: string): Generator<string> {
  let range: string | undefined = tag.toLowerCase();
  while (range) {
    yield range;
    range = range.includes('-') ? range.replace(/(?:-[a-z0-9])?-[^-]*$/, '') : undefined;
  }
}

/**
 * Picks the best available language for a reader: RFC 4647 lookup (`zh-Hant-TW` → `zh-Hant` → `zh`) for each accepted
 * language, in order of preference. `*` matches the first available language, and `q=0` excludes a language. Items that
 * are not valid are ignored.
 *
 * @param accepted - a tag such as `de-CH`, an `Accept-Language` value such as `de-CH,de;q=0.9`, or a list of them
 * @param available - BCP 47 tags, your default first
 * @returns one of `available`, exactly as written there; `undefined` if none matches
 *
 * @example
 * ```ts
 * pickLocale('de-CH,de;q=0.9,fr;q=0.8', ['en', 'fr', 'de']); // 'de'
 * pickLocale(request.headers.get('accept-language') ?? undefined, ['en', 'de']) ?? 'en';
 * ```
 */
export function pickLocale(
  accepted: AcceptedLocales | undefined,
  available: readonly string[],
): string | undefined {
  const ranges = readRanges(accepted);
  if (ranges.length === 0) return undefined;
  const named = ranges
    .filter(({ tag }) => tag !== '*')
    .map(({ tag, quality }) => ({ tag: tag.toLowerCase(), quality }));
  /** The most specific range applies. */
  const isRefused = (tag: string) => {
    for (const prefix of prefixesOf(tag)) {
      const range = named.find((each) => each.tag === prefix);
      if (range) return range.quality === 0;
    }
    return false;
  };
  const usable = available
    .map((written) => ({ written, tag: (normalizeLocale(written) ?? written).toLowerCase() }))
    .filter(({ tag }) => !isRefused(tag));
  for (const { tag, quality } of ranges) {
    if (quality === 0) break;
    if (tag === '*') {
      if (usable[0]) return usable[0].written;
      continue;
    }
    for (const prefix of prefixesOf(tag)) {
      const found = usable.find((each) => each.tag === prefix);
      if (found) return found.written;
    }
  }
  return undefined;
}

/** The reader's preferred language as a BCP 47 tag, or `undefined` if there is no preference. */
export const preferredLocale = (accepted: AcceptedLocales | undefined): string | undefined =>
  readRanges(accepted).find(({ tag, quality }) => tag !== '*' && quality > 0)?.tag;

/** Scripts that run from right to left (ISO 15924). */
const RIGHT_TO_LEFT = ['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa'];

/** The direction of a language, by the script that it is usually written in. `ltr` for a tag that is not valid. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  const tag = normalizeLocale(locale);
  const script = tag && new Intl.Locale(tag).maximize().script;
  return script && RIGHT_TO_LEFT.includes(script) ? 'rtl' : 'ltr';
}

/**
 * Additional tags for languages whose readers a lookup by prefix (RFC 4647) would miss: it shortens `zh-Hant-HK` to
 * `zh-Hant`, and never finds `zh-TW`. For texts in these languages.
 */
export const LOCALE_ALIASES: Readonly<Record<string, readonly string[]>> = {
  'zh-CN': ['zh'],
  'zh-TW': ['zh-Hant', 'zh-HK', 'zh-MO'],
  'pt-BR': ['pt'],
  'es-MX': ['es-419'],
};
