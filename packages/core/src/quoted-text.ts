/**
 * Splits a list at its commas. A comma inside double quotes belongs to the text, and a backslash there escapes the next
 * character; a quote that is never closed is an ordinary character. Takes linear time.
 *
 * @param isTemplate whether commas inside `{{…}}` belong to the text, too
 */
export function splitList(text: string, { isTemplate = false }: { isTemplate?: boolean } = {}): string[] {
  const parts: string[] = [];
  let start = 0;
  // Each search that finds nothing looks at the whole rest, so none is made twice.
  const searches = { quote: true, braces: isTemplate };
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === ',') {
      parts.push(text.slice(start, index));
      start = index + 1;
    } else if (char === '"' && searches.quote) {
      const end = closingQuote(text, index);
      if (end === -1) searches.quote = false;
      else index = end;
    } else if (char === '{' && searches.braces && text[index + 1] === '{') {
      const end = text.indexOf('}}', index);
      if (end === -1) searches.braces = false;
      else index = end + 1;
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
