/**
 * Splits a list at its commas. A comma inside double quotes belongs to the text, and a backslash there escapes the next
 * character; a quote that is never closed is an ordinary character. Takes linear time.
 */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  /** A search that finds nothing looks at the whole rest, so it is not made twice. */
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
