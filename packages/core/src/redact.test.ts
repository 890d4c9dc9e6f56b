import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from './index.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string, mark: string) =>
  [...Buffer.from(text)].map((byte) => `${mark}${byte.toString(16).padStart(2, '0')}`).join('');

/** How servers repeat a text. */
const SPELLINGS: Record<string, (text: string) => string> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in lower case': (text) => text.toLowerCase(),
  'in angle brackets': (text) => `<${text}>`,
  'percent-encoded': encodeURIComponent,
  'in a form': (text) => new URLSearchParams({ '': text }).toString().slice(1),
  'percent-encoded in every character': (text) => hex(text, '%'),
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'as xtext': (text) => text.replace(/[^\w.-]/gu, (each) => hex(each, '+').toUpperCase()),
  'as quoted-printable': (text) => text.replace(/[^\w-]/gu, (each) => hex(each, '=').toUpperCase()),
  'with HTML entities': (text) => text.replace(/[^\w]/gu, (each) => `&#${each.codePointAt(0)};`),
  'with hexadecimal HTML entities': (text) =>
    text.replace(/[^\w]/gu, (each) => `&#x${each.codePointAt(0)?.toString(16)};`),
  'with named HTML entities': (text) => text.replaceAll('&', '&amp;').replaceAll('@', '&commat;'),
  'after backslashes': (text) => text.replace(/[^\p{L}\p{N}]/gu, '\\$&'),
  'as JSON escapes it': (text) =>
    text.replace(/[^\w]/gu, (each) => `\\u${each.codePointAt(0)?.toString(16).padStart(4, '0')}`),
  'as JSON in JSON escapes it': (text) =>
    text.replace(/[^\w]/gu, (each) => `\\\\u${each.codePointAt(0)?.toString(16).padStart(4, '0')}`),
  'in base64': base64,
  'in base64, after one byte': (text) => base64(`.${text}`),
  'in base64, after two bytes': (text) => base64(`..${text}.`),
  'in base64, as PLAIN sends it': (text) => base64(`\0ada\0${text}`),
  'in base64url': (text) => Buffer.from(`~~${text}~~`).toString('base64url'),
  'split over two lines': (text) => `${text.slice(0, 2)}\n550 5.1.1 ${text.slice(2)}`,
  'split over many lines': (text) => text.replace(/(?<=\S)(?=\S)/g, '\r\n550-'),
  decomposed: (text) => text.normalize('NFD'),
  'in full width': (text) =>
    text.replace(/[!-~]/g, (each) => String.fromCodePoint((each.codePointAt(0) ?? 0) + 0xfee0)),
  'with invisible characters': (text) => text.replace(/(?<=\w)(?=\w)/g, '\u200b'),
  'split by bare carriage returns': (text) => `${text.slice(0, 2)}\r550 5.1.1 ${text.slice(2)}`,
};
const spelling = fc.constantFrom(...Object.keys(SPELLINGS));
const around = fc.constantFrom('550 5.1.1 ', '554-5.7.1 Rejected: ', '550 <', 'x', '');

const SECRETS = [
  '482913',
  'correct-horse+battery/staple=',
  'a secret of several words',
  'https://example.com/verify?user=7&token=mnopqrstuvwx#end',
  'pässwörd-mit-Umlauten',
];

/** The forms of a value that remain in a text. */
const holds = (text: string, sought: string) =>
  [text, text.replace(/\r?\n(?:\d{3}[ -])?(?:\d\.\d\.\d )?/g, '')].some((each) =>
    each.normalize().toLowerCase().includes(sought.toLowerCase()),
  );

describe('a secret is hidden', () => {
  test.each(Object.entries(SPELLINGS))('%s', (_name, spell) => {
    for (const secret of SECRETS) {
      const redacted = redact(`554-5.7.1 You said ${spell(secret)}\n554 5.7.1 Goodbye`, [secret]);
      expect(redacted).toMatch(/^554-5\.7\.1 You said [\w<-]*\[hidden\][\w=>-]*\n554 5\.7\.1 Goodbye$/);
    }
  });

  test('in any text, in any combination of two forms', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SECRETS),
        spelling,
        spelling,
        around,
        fc.string(),
        (secret, one, other, before, after) => {
          const spelled = [one, other].map((name) => SPELLINGS[name]?.(secret) ?? '');
          const redacted = redact(`${before}${spelled.join(' and ')} ${after}`, [secret]);
          for (const each of spelled) expect(holds(redacted, each)).toBe(false);
        },
      ),
    );
  });

  test('and the surrounding text stays', () => {
    expect(
      redact('250 2.0.0 Ok: queued as 4ZxYzQ3k2Lz1 [InternalId=41]', ['482913'], ['ada@example.com']),
    ).toBe('250 2.0.0 Ok: queued as 4ZxYzQ3k2Lz1 [InternalId=41]');
    expect(redact('550 482913 in https://x.y/482913 a', ['482913', 'https://x.y/482913', 'a'])).toBe(
      '550 [hidden] in [hidden] a',
    );
  });
});

describe('a recipient is masked', () => {
  const ADDRESSES = [
    'Ada.Lovelace@example.com',
    'ada+tag@example.com',
    '"ada..lovelace"@example.com',
    'josé@example.com',
  ];

  test.each(Object.entries(SPELLINGS))('%s', (_name, spell) => {
    for (const address of ADDRESSES) {
      const local = address.replace(/@.*$/, '').replaceAll('"', '');
      for (const shown of [address, address.replaceAll('"', '')]) {
        const redacted = redact(`550-5.1.1 ${spell(shown)} is unknown\n550 5.1.1 Goodbye`, [], [address]);
        expect(redacted).toMatch(/\*\*\*|\[hidden\]/);
        expect(holds(redacted, local)).toBe(false);
        expect(holds(redacted, spell(local))).toBe(false);
        expect(redacted).toMatch(/ is unknown\n550 5\.1\.1 Goodbye$/);
      }
    }
  });

  test.each([
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@bücher.example'],
    ['ada@example.com', 'ada@EXAMPLE.COM'],
    ['ada@example.com', 'ada at example.com'],
    ['ada@example.com', 'ada(at)example.com'],
    ['ada@example.com', 'ada [at] example.com'],
    ['ada@example.com', 'ada < at > example.com'],
    ['ada@example.com', 'ada @ example.com'],
    ['ada@example.com', 'ada=example.com@relay.example'],
    ['ada@example.com', 'ada%example.com@relay.example'],
    ['ada@example.com', 'bounces+ada=example.com@relay.example'],
    ['ada@example.com', '<ada>'],
    ['ada@example.com', '(ada)'],
    ['ada@example.com', 'mailbox: ada'],
    ['ada.lovelace@example.com', 'no user ada.lovelace here'],
  ])('%s, repeated as %s', (address, shown) => {
    const redacted = redact(`550 5.1.1 ${shown} unknown`, [], [address]);
    expect(redacted).toContain('a***');
    expect(redacted).not.toMatch(/\bada\b/);
  });

  test('and words that contain the name stay', () => {
    expect(redact('550 5.7.1 Info about data at https://x.example/info-page', [], ['info@example.com'])).toBe(
      '550 5.7.1 Info about data at https://x.example/i***-page',
    );
    const reply = '550 5.1.1 There is no such user at that host';
    for (const local of ['550', '5.1.1', 'no', 'user', 'at', 'th'])
      expect(redact(reply, [], [`${local}@example.com`])).toBe(reply);
    expect(redact('550 Canada is unknown', [], ['ada@example.com'])).toBe('550 Canada is unknown');
  });
});
