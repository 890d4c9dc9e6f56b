import type { PayloadValue } from './payload.js';

type Unit = 'second' | 'minute' | 'hour' | 'day';

const SIZES: readonly (readonly [unit: Unit, seconds: number, atLeast: number])[] = [
  // Larger units lose too much precision for shorter times: 150 minutes would become 2 hours.
  ['day', 86_400, 3],
  ['hour', 3600, 3],
  ['minute', 60, 1],
];

/** Bounds memory, because templates can take locales from the payload. */
const MAX_FORMATS = 200;
const formats = new Map<string, Intl.NumberFormat>();

function formatFor(locale: string, unit: Unit): Intl.NumberFormat {
  const key = `${locale} ${unit}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(key, format);
  return format;
}

/** Formats `90` seconds as `1 minute` and `7200` as `2 hours`, in the language and in whole units, rounded down. */
export function formatDuration(seconds: number, locale: string): string {
  for (const [unit, size, atLeast] of SIZES) {
    const isWhole = seconds % size === 0 && seconds > 0;
    if (isWhole || seconds >= size * atLeast)
      return formatFor(locale, unit).format(Math.floor(seconds / size));
  }
  // Single seconds matter only at the end.
  return formatFor(locale, 'second').format(seconds < 10 ? seconds : Math.floor(seconds / 10) * 10);
}

const numberIn = (value: PayloadValue): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;

/**
 * Adds the remaining validity to the payload: `expiresInSeconds`, `expiresInMinutes`, and `validFor` (in words). Values that
 * the payload already has are kept.
 *
 * @param locale - the locale of the template
 */
export function withValidity(
  payload: Readonly<Record<string, PayloadValue>>,
  { expiresAt, now, locale }: { expiresAt: Date | undefined; now: number; locale: string | undefined },
): Record<string, PayloadValue> {
  const minutes = numberIn(payload.expiresInMinutes);
  const own = numberIn(payload.expiresInSeconds) ?? (minutes === undefined ? undefined : minutes * 60);
  // Round up, so that rendering time does not turn 10 minutes into 9.
  const left = expiresAt && Math.max(0, Math.ceil((expiresAt.getTime() - now) / 1000));
  const seconds = own ?? left;
  if (seconds === undefined) return payload;
  const isTold = typeof payload.validFor === 'string' && payload.validFor !== '';
  return {
    ...payload,
    ...(!isTold && { expiresInSeconds: seconds, validFor: formatDuration(seconds, locale ?? 'en') }),
    expiresInMinutes: payload.expiresInMinutes ?? Math.floor(seconds / 60),
  };
}
