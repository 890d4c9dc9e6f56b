const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Formats whole units in a language: 90 minutes is `90 minutes`, 120 minutes is `2 hours`. Rounds down to a minute. */
export function formatDuration(ms: number, locale: string): string {
  const [unit, size] = UNITS.find(([, size]) => ms % size === 0) ?? ['minute', 60_000];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.floor(ms / size),
  );
}
