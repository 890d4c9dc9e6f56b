const LONGEST_QUOTE = 60;

/** Formats a value for a message, truncated. Never throws. */
export function quote(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, LONGEST_QUOTE) ?? String(value);
  } catch {
    return `a ${typeof value}`;
  }
}
