/**
 * Reads `Retry-After` (RFC 9110 section 10.2.3).
 *
 * @param now - the current time, because the value can be a date
 * @returns milliseconds, or `undefined` if the field is missing or not valid
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('Retry-After')?.trim() ?? '';
  // Some APIs send fractions of a second.
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  // Date.parse accepts other text, such as a negative number.
  const date = /^[A-Z][a-z]+,/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
