import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, MailError, parseRecipient } from './index.js';

const LAST_CODE_POINT = 0x10ffff;

/** The address, or undefined where it is refused. */
function accepted(input: string): { delivered: string; canonical: string } | undefined {
  try {
    return { delivered: parseRecipient(input), canonical: canonicalAddress(input) };
  } catch (error) {
    if (error instanceof MailError && error.code === 'recipient_invalid') return undefined;
    throw error;
  }
}

const asciiLowerCase = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** What holds for every address: reports the first thing that does not. */
function flawOf(input: string): string | undefined {
  const address = accepted(input);
  if (!address) return undefined;
  const { delivered, canonical } = address;
  if (asciiLowerCase(delivered) !== canonical) return 'is counted as one address and delivered to another';
  for (const output of [delivered, canonical]) {
    const again = accepted(output);
    if (again?.delivered !== output) return 'is not delivered to its own result';
    if (again.canonical !== canonical) return 'has a canonical form that is not its own canonical form';
    if (output.normalize('NFKC') !== output) return 'is changed by NFKC';
  }
  return undefined;
}

describe('every code point', () => {
  const places: ((char: string) => string)[] = [
    (char) => `${char}@example.com`,
    (char) => `a${char}e@example.com`,
    (char) => `J${char}@example.com`,
    (char) => `"a ${char}E"@example.com`,
    (char) => `Σ${char}.Σ@example.com`,
    (char) => `ada@e${char}xample.com`,
  ];

  const changes = (char: string) =>
    /\p{M}|\p{Default_Ignorable_Code_Point}/u.test(char) ||
    ['NFC', 'NFD', 'NFKC', 'NFKD'].some((form) => char.normalize(form) !== char) ||
    char.toLowerCase() !== char ||
    char.toUpperCase() !== char;

  test('has one mailbox per canonical form, and canonicalization is idempotent', {
    timeout: 120_000,
  }, () => {
    const flaws: string[] = [];
    for (let point = 0; point <= LAST_CODE_POINT; point += 1) {
      const char = String.fromCodePoint(point);
      // The next test covers these.
      if (/\p{C}/u.test(char)) continue;
      // Most ideographs and syllables behave alike, so a sample of them is enough.
      if (!(changes(char) && !/\p{Script=Hangul}/u.test(char)) && point > 0xff && point % 101 !== 0) continue;
      for (const place of places) {
        const flaw = flawOf(place(char));
        if (flaw) flaws.push(`U+${point.toString(16)}: ${JSON.stringify(place(char))} ${flaw}`);
      }
    }
    expect(flaws).toEqual([]);
  });

  test('that is a control, format, private-use, or unassigned character is refused', () => {
    for (let point = 0; point <= LAST_CODE_POINT; point += point < 0xf0000 ? 1 : 997) {
      const char = String.fromCodePoint(point);
      if (!/\p{C}/u.test(char) || point % 7 !== 0) continue;
      if (accepted(`a${char}b@example.com`)) throw new Error(`U+${point.toString(16)} is accepted`);
    }
  });

  test('that folds to ASCII is refused in a local part', () => {
    const folding: string[] = [];
    for (let point = 0x80; point <= LAST_CODE_POINT; point += 1) {
      const char = String.fromCodePoint(point);
      const folded = char.normalize('NFKC').toLowerCase();
      if (/^[\x21-\x7e]+$/.test(folded)) folding.push(char);
    }
    expect(folding.length).toBeGreaterThan(1000);
    expect(folding.filter((char) => accepted(`a${char}b@example.com`))).toEqual([]);
  });
});

test('two spellings with the same canonical form are delivered to the same mailbox', () => {
  const piece = fc.oneof(
    fc.constantFrom('a', 'A', 'é', 'e\u0301', 'É', 'E\u0301', 'ǰ', 'J\u030c', 'ß', 'ẞ', 'ı', 'İ', 'i\u0307', 'Σ', 'σ', 'ς', 'ſ', '\u212a', 'ﬁ', 'ａ', '․', '\u0958', 'ﾊ', 'ハ', '가', '\u1100\u1161', '.', ' ', '\u0300', '\u0323', '\u034f', '\ufe0f', 'ʼ'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }),
  ); // biome-ignore format: a list
  const form = fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD');
  const letterCase = fc.constantFrom(
    (text: string) => text,
    (text: string) => text.toLowerCase(),
    (text: string) => text.toUpperCase(),
  );
  const spelling = fc.tuple(form, letterCase, fc.boolean());
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 5 }),
      spelling,
      spelling,
      (pieces, ...spellings) => {
        const [one, other] = spellings.map(([normalForm, change, isQuoted]) => {
          const local = change(pieces.join('')).normalize(normalForm);
          const input = isQuoted ? `"${local}"@example.com` : `${local}@example.com`;
          expect(flawOf(input)).toBeUndefined();
          return accepted(input);
        });
        if (one && one.canonical === other?.canonical)
          expect(asciiLowerCase(one.delivered)).toBe(asciiLowerCase(other.delivered));
      },
    ),
    { numRuns: 5000 },
  );
});

describe('one address in several spellings', () => {
  test.each([
    ['letter case', 'Ada@EXAMPLE.com', 'ada@example.com'],
    ['a display name', 'Ada <ada@example.com>', 'ada@example.com'],
    ['quotes that are not needed', '"ada"@example.com', 'ada@example.com'],
    ['quotes and a dot', '"Ada.Lovelace"@example.com', 'ada.lovelace@example.com'],
    ['quotes that are needed', '"Ada L"@example.com', '"ada l"@example.com'],
    ['two dots in a row', 'Taro..san@docomo.ne.jp', '"taro..san"@docomo.ne.jp'],
    ['two dots in a row, in quotes', '"taro..san"@docomo.ne.jp', '"taro..san"@docomo.ne.jp'],
    ['a dot at the end', 'hanako.@ezweb.ne.jp', '"hanako."@ezweb.ne.jp'],
    ['a dot at the start', '.jiro@docomo.ne.jp', '".jiro"@docomo.ne.jp'],
    ['dots everywhere', '..a...b..@docomo.ne.jp', '"..a...b.."@docomo.ne.jp'],
    ['loose dots and other letters', 'JOSÉ..B@au.com', '"josé..b"@au.com'],
    ['a display name and loose dots', 'Taro <taro..san@docomo.ne.jp>', '"taro..san"@docomo.ne.jp'],
    ['a composed letter', 'jos\u00e9@example.com', 'jos\u00e9@example.com'],
    ['a decomposed letter', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['a decomposed capital', 'JOSE\u0301@example.com', 'jos\u00e9@example.com'],
    ['a capital outside ASCII', 'Élodie@example.com', 'élodie@example.com'],
    ['a capital without a composed form', 'J\u030c@example.com', 'ǰ@example.com'],
    ['an internationalized domain', 'ada@Bücher.example', 'ada@xn--bcher-kva.example'],
    ['its ASCII form', 'ada@XN--BCHER-KVA.example', 'ada@xn--bcher-kva.example'],
    ['a decomposed domain', 'ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['full-width letters in the domain', 'ada@ｅｘａｍｐｌｅ。com', 'ada@example.com'],
  ])('%s: %j', (_, typed, canonical) => {
    expect(canonicalAddress(typed)).toBe(canonical);
    expect(canonicalAddress(canonical)).toBe(canonical);
  });

  test.each([
    ['jos\u00e9', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['letters outside ASCII', 'ÉLODIE@example.com', 'élodie@example.com'],
    ['quotes', '"ada"@example.com', 'ada@example.com'],
    ['ASCII', 'Ada@example.com', 'Ada@example.com'],
    ['loose dots', 'Taro..San@docomo.ne.jp', '"Taro..San"@docomo.ne.jp'],
  ])('%s is delivered to one of them', (_, typed, delivered) => {
    expect(parseRecipient(typed)).toBe(delivered);
  });
});

test.each([
  ['a one dot leader', 'ada\u2024lovelace@example.com'],
  ['a symbol that decomposes into an angle bracket', 'a≮b@example.com'],
  ['the same, decomposed', 'a<\u0338b@example.com'],
  ['a Kelvin sign', '\u212Aim@example.com'],
  ['a long s', 'ſam@example.com'],
  ['a dotted capital I', 'İan@example.com'],
  ['a ligature', 'ﬁn@example.com'],
  ['a full-width letter', 'ａda@example.com'],
  ['a mathematical letter', '𝐚da@example.com'],
  ['a circled digit', 'ada①@example.com'],
  ['a superscript', 'ada²@example.com'],
  ['a Roman numeral', 'henryⅧ@example.com'],
  ['a half-width katakana', 'ﾊﾝ@example.com'],
  ['a variation selector', 'ada\ufe0f@example.com'],
  ['a combining grapheme joiner', 'a\u034fda@example.com'],
  ['a Hangul filler', 'ada\u3164@example.com'],
  ['a trailing dot in the domain', 'ada@example.com.'],
  ['an ideographic full stop at the end', 'ada@example.com。'],
  ['a domain that begins with a combining mark', 'ada@\u0301example.com'],
  ['a label that is not in its final form', 'ada@xn--example-.com'],
])('%s is refused', (_, typed) => {
  expect(() => parseRecipient(typed)).toThrow(expect.objectContaining({ code: 'recipient_invalid' }));
  expect(() => canonicalAddress(typed)).toThrow(expect.objectContaining({ code: 'recipient_invalid' }));
});
