/** The longest encoded line, without the `=` of a soft line break (RFC 2045 section 6.7). */
const LINE_LENGTH = 75;

/** Everything except tabs, line breaks, and printable ASCII. */
const UNSAFE = /[^\t\r\n\x20-\x7e]+/g;

/** White space at the end of a line, which can be lost in transit. */
const TRAILING_SPACE = /[ \t](?=\r|$)/g;

/** Encodes characters as UTF-8 bytes: `%XX`, then `=XX`. Percent-encoding covers all unsafe characters. */
const toBytes = (text: string) => encodeURIComponent(text).replaceAll('%', '=');

/** Breaks an encoded line, but never within an `=XX`. */
function breakLine(line: string): string {
  let broken = '';
  let start = 0;
  while (line.length - start > LINE_LENGTH) {
    let end = start + LINE_LENGTH;
    if (line[end - 1] === '=') end -= 1;
    else if (line[end - 2] === '=') end -= 2;
    broken += `${line.slice(start, end)}=\r\n`;
    start = end;
  }
  return `${broken}${line.slice(start)}`;
}

/** Encodes the lines of a text as quoted-printable (RFC 2045 section 6.7). */
export const encodeQuotedPrintable = (lines: readonly string[]): string =>
  lines
    .join('\r\n')
    .toWellFormed()
    .replaceAll('=', '=3D')
    .replace(UNSAFE, toBytes)
    .replace(TRAILING_SPACE, (space) => (space === ' ' ? '=20' : '=09'))
    .split('\r\n')
    .map(breakLine)
    .join('\r\n');
