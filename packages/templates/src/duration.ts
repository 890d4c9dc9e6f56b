const UNITS = [
  ['day', 1440],
  ['hour', 60],
  ['minute', 1],
] as const;

/** Formats `90` as `90 minutes`, `120` as `2 hours`, and `10080` as `7 days`, in the language. */
export function formatMinutes(minutes: number, locale: string): string {
  const [unit, size] = UNITS.find(([, size]) => minutes % size === 0) ?? ['minute', 1];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(minutes / size);
}
