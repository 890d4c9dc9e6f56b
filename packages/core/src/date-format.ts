type Parts = 'date' | 'time';

/** Bounds memory, because locales and time zones can come from requests. */
const MAX_FORMATS = 200;
const formats = new Map<string, Intl.DateTimeFormat>();

/** An unknown time zone counts as UTC. */
function formatFor(locale: string, timeZone: string, parts: Parts): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${parts}`;
  const known = formats.get(key);
  if (known) return known;
  const create = (zone: string) =>
    new Intl.DateTimeFormat(locale, {
      ...{ timeZone: zone, year: 'numeric', month: 'long', day: 'numeric' },
      ...(parts === 'time' && { hour: 'numeric', minute: '2-digit', timeZoneName: 'short' }),
    });
  let format: Intl.DateTimeFormat;
  try {
    format = create(timeZone);
  } catch {
    format = create('UTC');
  }
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(key, format);
  return format;
}

/** Longer than any name of a time zone. */
const MAX_ZONE_LENGTH = 100;
const zoneOf = (timeZone: string | undefined): string => (timeZone || 'UTC').slice(0, MAX_ZONE_LENGTH);

/** Returns the time zone if the runtime knows it, or else UTC. */
export const knownTimeZone = (timeZone: string | undefined): string =>
  formatFor('en', zoneOf(timeZone), 'time').resolvedOptions().timeZone;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Formats `2030-12-31` as a date, and a time in ISO 8601 as a date and a time with the name of the time zone. Returns
 * `undefined` for other text.
 */
export function formatDate(value: string, locale: string, timeZone: string | undefined): string | undefined {
  const parts = DATE.test(value) ? 'date' : TIME.test(value) ? 'time' : undefined;
  const ms = Date.parse(value);
  if (parts === undefined || Number.isNaN(ms)) return undefined;
  // A date has no time zone, so it stays the same in all of them.
  return formatFor(locale, parts === 'date' ? 'UTC' : zoneOf(timeZone), parts).format(ms);
}
