import type { DiagnosisFacts } from './diagnosis.js';

/** The lines of an EHLO reply after the first, without their codes (RFC 5321 section 4.1.1.1). */
const linesOf = (reply: string) =>
  reply
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.slice(4).trim())
    .filter((line) => line !== '');

const AUTH = /^AUTH[ =]/i;

/** Old Microsoft servers send `AUTH=` in addition to `AUTH`. */
const mechanismsIn = (lines: readonly string[]) => [
  ...new Set(
    lines.filter((line) => AUTH.test(line)).flatMap((line) => line.toUpperCase().split(/[ =]+/).slice(1)),
  ),
];

export const offersStartTls = (reply: string): boolean =>
  linesOf(reply).some((line) => /^STARTTLS\b/i.test(line));

/** The capabilities that a server announces. */
export function ehloFactsOf(reply: string): DiagnosisFacts['ehlo'] {
  const capabilities = linesOf(reply);
  const has = (keyword: string) =>
    capabilities.some((line) => line.split(' ', 1)[0]?.toUpperCase() === keyword);
  const size = Number(capabilities.map((line) => /^SIZE (\d+)$/i.exec(line)?.[1]).find(Boolean));
  return {
    capabilities,
    // 0 means that there is no fixed limit (RFC 1870 section 3).
    ...(size > 0 && { size }),
    eightBitMime: has('8BITMIME'),
    smtpUtf8: has('SMTPUTF8'),
    auth: mechanismsIn(capabilities),
  };
}
