import fc from 'fast-check';
import PostalMime, { decodeWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { sampleEmail } from '../../fixtures/sample-email.js';
import type { Email } from '../email.js';
import { writeMimeMessage } from '../mime.js';

/** RFC 5322 section 2.1.1. */
const LONGEST_LINE = 998;

const write = (email: Partial<Email>) => Buffer.from(writeMimeMessage(sampleEmail(email)));

function longestHeaderLine(raw: Buffer): number {
  const [head = ''] = raw.toString('latin1').split('\r\n\r\n');
  return Math.max(...head.split('\r\n').map((line) => line.length));
}

describe('header lines are at most 998 bytes long', () => {
  const long = (pattern: string) => pattern.repeat(20_000 / pattern.length);
  const values = ['a', 'é', '"', '=?utf-8?q?', '<', '😀', 'a,', ' a'];

  it('for a display name, a subject and a custom header', async () => {
    for (const pattern of values) {
      const value = long(pattern);
      const raw = write({
        from: { name: value, address: 'noreply@example.com' },
        replyTo: [
          { name: value, address: 'help@example.com' },
          { name: `${value}x`, address: 'more@example.com' },
        ],
        subject: value,
        headers: { 'X-Custom': value, 'X-Several': [value, 'short'] },
      });
      expect(longestHeaderLine(raw), pattern).toBeLessThanOrEqual(LONGEST_LINE);
      const read = await PostalMime.parse(raw);
      const plain = (text: string | undefined) => (text ?? '').replace(/\s+/g, '');
      expect(plain(read.subject) === plain(value), `subject of ${pattern}`).toBe(true);
      expect(read.from?.address).toBe('noreply@example.com');
      expect(read.replyTo?.map(({ address }) => address)).toEqual(['help@example.com', 'more@example.com']);
    }
  });

  it('for an ASCII display name, which arrives unchanged', async () => {
    const name = 'a'.repeat(5000);
    const raw = write({ from: { name, address: 'noreply@example.com' } });
    expect((await PostalMime.parse(raw)).from).toEqual({ name, address: 'noreply@example.com' });
  });

  it.each<[string, Partial<Email>]>([
    ['Message-ID', { messageId: `<${'a'.repeat(1000)}@example.com>` }],
    ['References', { headers: { References: `<${'a'.repeat(1000)}@example.com>` } }],
    ['In-Reply-To', { headers: { 'In-Reply-To': `<${'a'.repeat(1000)}@example.com>` } }],
    ['List-Unsubscribe', { headers: { 'List-Unsubscribe': `<https://example.com/${'a'.repeat(1000)}>` } }],
    ['OTP-Token', { headers: { 'OTP-Token': `"${'1'.repeat(1000)}"` } }],
    ['X-aaaa', { headers: { [`X-${'a'.repeat(1000)}`]: 'x' } }],
    ['From', { from: { address: `${'a'.repeat(1000)}@example.com` } }],
  ])('and an email is rejected if its %s cannot be folded', (field, email) => {
    expect(() => write(email)).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        stage: 'config',
        retryable: false,
        message: expect.stringMatching(`The header field ${field}.* has more than 998 bytes`),
      }),
    );
  });

  it('for any text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        'a'.repeat(999),
        'é'.repeat(600),
        '"'.repeat(999),
        ' ',
        '=?utf-8?q?a?=',
        '\\',
        '<a@b.example>',
      ),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('').toWellFormed());
    fc.assert(
      fc.property(text, text, text, (name, subject, value) => {
        const raw = write({
          from: { name, address: 'noreply@example.com' },
          subject,
          headers: { 'X-Custom': value },
        });
        expect(longestHeaderLine(raw)).toBeLessThanOrEqual(LONGEST_LINE);
      }),
      { numRuns: 200 },
    );
  });
});

it.each(['example.com', 'a-very-long-name-of-a-department.example.com', `${'a.'.repeat(60)}example.com`])(
  'a Message-ID and single addresses stay on the first line of their field: %s',
  (domain) => {
    const raw = write({
      messageId: `<7f3c9a52-4c1e-4b1c-9d2f-0a1b2c3d4e5f@${domain}>`,
      to: `ada.lovelace.of.the.analytical.engine@${domain}`,
      from: { address: `noreply.of.the.sign.in.service@${domain}` },
      replyTo: [{ address: `help.of.the.sign.in.service@${domain}` }],
      subject: `${'x'.repeat(90)} is your code`,
    });
    const [header = ''] = raw.toString().split('\r\n\r\n');
    expect(header).not.toMatch(/^[^:\r\n]+:\s*\r\n/m);
  },
);

describe('text that looks like an encoded word arrives unchanged', () => {
  const LOOK_ALIKES = [
    '=?utf-8?Q?You_have_won?=',
    'Re: =?utf-8?B?WW91?= and more',
    '=?utf-8?Q?a?= =?utf-8?Q?b?=',
    '=?iso-8859-1?q?=E4?=é',
    '=?',
    '?=',
    '=?utf-8?Q??=',
    ' spaces  inside and around ',
  ];
  const read = async (raw: Buffer) => {
    const { subject, from, replyTo, headers } = await PostalMime.parse(raw);
    const custom = headers.filter(({ key }) => key === 'x-custom').map(({ value }) => decodeWords(value));
    return { subject, from: from?.name?.trim(), replyTo: replyTo?.map(({ name }) => name?.trim()), custom };
  };
  const emailWith = (text: string): Partial<Email> => ({
    from: { name: text, address: 'noreply@example.com' },
    replyTo: [{ name: text, address: 'help@example.com' }],
    subject: text,
    headers: { 'X-Custom': [text, `${text}.`] },
  });
  /** The reader trims some names. */
  const expected = (text: string) => ({
    subject: text,
    from: text.trim(),
    replyTo: [text.trim()],
    custom: [text, `${text}.`],
  });

  it.each(LOOK_ALIKES)('%j', async (text) => {
    expect(await read(write(emailWith(text)))).toEqual(expected(text));
  });

  it('in any combination', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...LOOK_ALIKES,
        '=?utf-8?',
        '?Q?',
        '?=',
        '_',
        '=20',
        ' ',
        '"',
        '\\',
        ',',
        '<a@b.example>',
      ),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    const text = fc
      .array(piece, { minLength: 1, maxLength: 8 })
      .map((pieces) => pieces.join(''))
      .filter((each) => each.trim() !== '');
    await fc.assert(
      fc.asyncProperty(text, async (any) => {
        expect(await read(write(emailWith(any)))).toEqual(expected(any));
      }),
      { numRuns: 100 },
    );
  });
});

it('the header is ASCII if only domains, URLs, and names are not', async () => {
  const raw = write({
    from: { name: 'Jörg', address: 'noreply@bücher.example' },
    replyTo: [{ name: 'Hilfe für alle', address: 'help@bücher.example' }],
    headers: {
      'List-Unsubscribe': '<mailto:jörg@example.com?subject=für>, <https://example.com/für>',
      'List-Id': 'Bücher <list.example.com>',
    },
  });
  const [head = ''] = raw.toString().split('\r\n\r\n');
  expect(head).toMatch(/^\p{ASCII}*$/u);
  const { headers } = await PostalMime.parse(raw);
  const fieldOf = (name: string) => headers.find(({ key }) => key === name)?.value;
  expect(fieldOf('list-unsubscribe')).toBe(
    '<mailto:j%C3%B6rg@example.com?subject=f%C3%BCr>, <https://example.com/f%C3%BCr>',
  );
  expect(decodeWords(fieldOf('list-id') ?? '')).toBe('Bücher <list.example.com>');
});
