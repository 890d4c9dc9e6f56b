/**
 * Splits at a separator outside double quotes. A backslash inside quotes escapes the next character. A quote that is
 * never closed is part of the text around it. Takes linear time.
 */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  // Looking for the end of each open quote again would take quadratic time.
  let hasClosingQuote = true;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    } else if (text[index] === '"' && hasClosingQuote) {
      const end = closingQuote(text, index);
      if (end === -1) hasClosingQuote = false;
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
