/**
 * Splits a list at its commas. In double quotes, a comma is part of the text, and a backslash escapes the next character. A
 * quote that is never closed is an ordinary character. Takes linear time.
 */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  /** An unsuccessful search for the closing quote scans the rest of the text, so it is not repeated. */
  let hasQuotes = true;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === ',') {
      parts.push(text.slice(start, index));
      start = index + 1;
    } else if (char === '"' && hasQuotes) {
      const end = closingQuote(text, index);
      if (end === -1) hasQuotes = false;
      else index = end;
    }
  }
  return [...parts, text.slice(start)];
}

function closingQuote(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return -1;
}
