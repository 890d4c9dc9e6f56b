import { HIDDEN } from './secrets.js';
import { type Spelling, spellingsOf } from './spellings.js';

/** Shorter values are too common to search for in other text. */
const SHORTEST_SECRET = 4;
const SHORTEST_LOCAL_PART = 3;

/** Possible base64, in either alphabet (RFC 4648 sections 4 and 5). */
const BASE64 = /[\w+/-]{6,}=*/g;

/** The @ after a local part, or a spelling of it. */
const AT = /^["\\]*\s?(?:@|[([{<]\s?at\s?[)\]}>])/;
/** The lengths of other separators that servers use before a domain: ada=example.com, ada%example.com, ada at example.com. */
const BEFORE_DOMAIN = [1, 4];
/** The characters before a word that a server quotes. */
const QUOTING = /[<"'([{:=+!/]\s?$/;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;
/** A word, a reply code, or a status code. */
const ORDINARY = /^(?:\p{L}+|\d{3}|\d\.\d{1,3}\.\d{1,3})$/u;

interface Match {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

/** Reports each match. Generators would be slow: most replies contain none. */
type Find = (text: string, report: (start: number, length: number, shown: string) => void) => void;

const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/** Converts to lower case without changing the length, so that positions stay valid. */
const fold = (text: string) =>
  isAscii(text)
    ? text.toLowerCase()
    : text.replace(/./gsu, (each) => {
        const lower = each.toLowerCase();
        return lower.length === each.length ? lower : each;
      });

function forEachPosition(text: string, sought: string, report: (start: number) => void): void {
  for (let at = text.indexOf(sought); at !== -1; at = text.indexOf(sought, at + 1)) report(at);
}

/** Finds a whole secret. */
const secretFinder =
  (secret: string): Find =>
  (text, report) =>
    forEachPosition(text, secret, (start) => report(start, secret.length, HIDDEN));

/** The parts of an address, with the local part unquoted. Only the local part is hidden. The domain may stay in any form. */
function partsOf(address: string) {
  const at = Math.max(0, address.lastIndexOf('@'));
  return { local: address.slice(0, at).replace(/^"(.*)"$/, '$1'), domain: address.slice(at + 1) };
}

function recipientFinder({ local, domain }: ReturnType<typeof partsOf>): Find {
  const sought = fold(local);
  return (text, report) => {
    if (!text.includes(sought)) return;
    const host = fold(domain);
    const shown = `${[...local][0] ?? ''}***`;
    const isOrdinary = ORDINARY.test(local);
    forEachPosition(text, sought, (start) => {
      const end = start + sought.length;
      // Without an @, it must be a whole word, and an ordinary word must be quoted.
      const isWord =
        sought.length >= SHORTEST_LOCAL_PART &&
        !WORD_CHARACTER.test(text.charAt(end)) &&
        (isOrdinary
          ? QUOTING.test(text.slice(Math.max(0, start - 2), start))
          : !WORD_CHARACTER.test(text.charAt(start - 1)));
      const isAddress =
        AT.test(text.slice(end, end + 8)) ||
        (host !== '' && BEFORE_DOMAIN.some((length) => text.startsWith(host, end + length)));
      if (isWord || isAddress) report(start, sought.length, shown);
    });
  };
}

const toBinary = (text: string) =>
  isAscii(text) ? text : String.fromCharCode(...new TextEncoder().encode(text));

/** Finds base64 that contains one of the values at any offset. */
const base64Finder =
  (values: readonly string[]): Find =>
  (text, report) => {
    // Excludes nearly all words: base64 of that length contains capital letters.
    const runs = [...text.matchAll(BASE64)].filter(({ 0: run }) => run.toLowerCase() !== run);
    if (runs.length === 0) return;
    const sought = values.map((value) => toBinary(value).toLowerCase());
    const shortest = Math.min(...sought.map(({ length }) => length));
    for (const { 0: run, index } of runs) {
      if (run.length * 3 < shortest * 4) continue;
      const digits = run.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
      for (const skipped of [0, 1, 2, 3]) {
        const aligned = digits.slice(skipped);
        // A single trailing digit is less than a byte.
        const binary = atob(aligned.length % 4 === 1 ? aligned.slice(0, -1) : aligned).toLowerCase();
        for (const value of sought) {
          forEachPosition(binary, value, (byte) => {
            const start = Math.floor((byte * 4) / 3);
            const end = Math.ceil(((byte + value.length) * 4) / 3);
            report(index + skipped + start, end - start, HIDDEN);
          });
        }
      }
    }
  };

/** Replaces the matches. Overlapping matches are replaced once. */
function replace(text: string, matches: readonly Match[]): string {
  let replaced = '';
  let position = 0;
  for (const { start, end, shown } of [...matches].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start >= position) replaced += `${text.slice(position, start)}${shown}`;
    position = Math.max(position, end);
  }
  return replaced + text.slice(position);
}

/**
 * Hides secrets and recipients in text that may repeat them, such as a server's reply. A secret becomes `[hidden]`, and
 * `ada@example.com` becomes `a***@example.com`.
 *
 * It finds every common form: other letter case, quoted or escaped, percent-encoded, xtext, quoted-printable, HTML entities,
 * base64, split across the lines of a reply, and domains in Unicode or ASCII. It ignores secrets with fewer than four
 * characters.
 *
 * @param secrets - values that must not be shown
 * @param recipients - addresses in the form to which emails are sent
 */
export function redact(text: string, secrets: Iterable<string>, recipients: Iterable<string> = []): string {
  const source = text.normalize();
  const hidden = [...new Set(secrets)].filter(({ length }) => length >= SHORTEST_SECRET);
  const addresses = [...new Set(recipients)]
    .map((address) => partsOf(address.normalize()))
    .filter(({ local }) => local !== '');
  const finders = [
    ...hidden.map((secret) => secretFinder(fold(secret.normalize()))),
    ...addresses.map(recipientFinder),
  ];
  const inBase64 = base64Finder([
    ...hidden,
    ...addresses.map(({ local }) => (local.length < SHORTEST_SECRET ? `${local}@` : local)),
  ]);
  const matches: Match[] = [];
  const findIn = (find: Find, searched: string, { starts, ends }: Partial<Spelling>) => {
    find(searched, (start, length, shown) =>
      matches.push({
        start: starts?.[start] ?? start,
        end: ends?.[start + length - 1] ?? start + length,
        shown,
      }),
    );
  };
  for (const spelling of [{ text: source }, ...spellingsOf(source)]) {
    const searched = fold(spelling.text);
    for (const find of finders) findIn(find, searched, spelling);
    findIn(inBase64, spelling.text, spelling);
  }
  return matches.length > 0 ? replace(source, matches) : text;
}
