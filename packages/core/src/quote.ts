const LONGEST_QUOTE = 60;

/** Shows what was written, cut: what stands there may be long. Whatever it is, this does not throw. */
export function quote(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, LONGEST_QUOTE) ?? String(value);
  } catch {
    return `a ${typeof value}`;
  }
}
