import type { PayloadValue } from './payload.js';

type Unit = 'second' | 'minute' | 'hour' | 'day';

const SIZES: readonly (readonly [unit: Unit, seconds: number, atLeast: number])[] = [
  // In a bigger unit, too much would be lost: 150 minutes are not 2 hours.
  ['day', 86_400, 3],
  ['hour', 3600, 3],
  ['minute', 60, 1],
];

/** Templates may take the locale from the payload, so there can be any number of them. */
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

/** `90` seconds → `1 minute`, `7200` → `2 hours`: as the language says it, in whole units, and never more than it is. */
export function formatDuration(seconds: number, locale: string): string {
  for (const [unit, size, atLeast] of SIZES) {
    const isWhole = seconds % size === 0 && seconds > 0;
    if (isWhole || seconds >= size * atLeast)
      return formatFor(locale, unit).format(Math.floor(seconds / size));
  }
  // Nobody reads an email to the second.
  return formatFor(locale, 'second').format(seconds < 10 ? seconds : Math.floor(seconds / 10) * 10);
}

const numberIn = (value: PayloadValue): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;

/**
 * The payload, and along with it how long the email is good: `expiresInSeconds`, `expiresInMinutes` and `validFor` (in
 * words). Whatever the payload says itself is kept.
 *
 * @param locale - of the template
 */
export function withValidity(
  payload: Readonly<Record<string, PayloadValue>>,
  { expiresAt, now, locale }: { expiresAt: Date | undefined; now: number; locale: string | undefined },
): Record<string, PayloadValue> {
  const minutes = numberIn(payload.expiresInMinutes);
  const own = numberIn(payload.expiresInSeconds) ?? (minutes === undefined ? undefined : minutes * 60);
  // The part of a second that rendering takes still counts: a code for 10 minutes is not one for 9.
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
