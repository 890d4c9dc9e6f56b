import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime, { decodeWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { sampleEmail } from '../../fixtures/sample-email.js';
import type { Email } from '../email.js';
import { writeMimeMessage } from '../mime.js';

/** The email as nodemailer's composer writes it, with CRLF line breaks. */
async function compose(email: Email): Promise<Buffer> {
  const { messageId, date, from, to, replyTo, subject, text, html, headers } = email;
  const composed = await new MailComposer({
    messageId,
    date,
    from: { name: from.name ?? '', address: from.address },
    to: { name: '', address: to },
    ...(replyTo && { replyTo: replyTo.map(({ name = '', address }) => ({ name, address })) }),
    subject,
    text: lines(text),
    ...(html !== undefined && { html: lines(html) }),
    headers: Object.entries(headers).flatMap(([key, values]) =>
      [values].flat().map((value) => ({ key, value })),
    ),
  })
    .compile()
    .build();
  return Buffer.from(composed.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n'), 'latin1');
}

/** Converts all line breaks to CRLF (RFC 5321 section 2.3.8). */
const lines = (text: string | undefined | false) => (text || '').replace(/\r\n|\r/g, '\n');

/** Compares parsed mailboxes, and ignores the encoding of the content. */
const isComparedAsText = ({ key }: { key: string }) =>
  !/^(?:content-type|content-transfer-encoding|from|to|reply-to)$/.test(key);

async function readByPostalMime(raw: Uint8Array) {
  const { from, to, replyTo, subject, messageId, date, text, html, headers } = await PostalMime.parse(raw);
  const fields = headers
    .filter(isComparedAsText)
    .map(({ key, value }) => [key, decodeWords(value)])
    .sort();
  return { from, to, replyTo, subject, messageId, date, text: lines(text), html: lines(html), fields };
}

async function readByMailparser(raw: Buffer) {
  const parsed = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true });
  const { from, to, replyTo, subject, messageId, date, text, html, headerLines } = parsed;
  const fields = headerLines
    .filter(isComparedAsText)
    .map(({ key, line }) => [key, decodeWords(line.slice(key.length).replace(/\r\n/g, ''))])
    .sort();
  return { from, to, replyTo, subject, messageId, date, text: lines(text), html: lines(html), fields };
}

/** Common and unusual texts. */
const stretch = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  fc.constantFrom(
    '\n',
    '\r\n',
    '\r',
    '.',
    '\n.',
    '\n..\n',
    '\r\n.\r\n',
    ' \n',
    '\t\n',
    ' ',
    '=',
    '=3D',
    '=\n',
    'From here\n',
    '\nFrom there',
    '--=_boundary\n',
    '\u0000',
    '\u00a0',
    '\ufeff',
    'Ihr Code für Ägypten',
    'שלום, הקוד שלך',
    'رمز الدخول: ',
    '\u202eabc\u202c',
    '您的验证码是',
    '👩‍👩‍👧‍👦',
    'é'.repeat(80),
    'x'.repeat(77),
    'long words and more of them, '.repeat(40),
    '字'.repeat(400),
  ),
);
const content = fc.array(stretch, { maxLength: 12 }).map((parts) => parts.join(''));

/**
 * Header values that core allows: one line without control characters. Excludes runs of spaces, because readers treat folded
 * spaces differently, and byte order marks, because readers drop them at the start of an encoded word.
 */
const headerText = content.map((text) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\ufeff ]+/gu, ' ')
    .slice(0, 500)
    .trim(),
);
const address = fc.constantFrom(
  'ada@example.com',
  '"ada lovelace"@example.com',
  'ada+tag@sub.example.com',
  'jürgen@example.com',
  'ada@bücher.example',
  "o'neil@example.com",
);
const mailbox = fc.record({ name: headerText.map((text) => text.slice(0, 60).trim()), address });

const email = fc
  .record({
    from: mailbox,
    to: address,
    replyTo: fc.option(fc.array(mailbox, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    subject: headerText,
    text: content,
    html: fc.option(content, { nil: undefined }),
    note: headerText,
    list: fc.array(headerText, { maxLength: 3 }),
  })
  .map(({ replyTo, html, note, list, ...rest }) =>
    sampleEmail({
      html: undefined,
      ...rest,
      ...(replyTo && { replyTo }),
      ...(html !== undefined && { html }),
      headers: { 'X-Note': note, 'X-List': list, 'Auto-Submitted': 'auto-generated' },
    } as Partial<Email>),
  );

describe('a message', () => {
  it('equals the message of nodemailer for two parsers', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(email, async (random) => {
        const written = Buffer.from(writeMimeMessage(random));
        const composed = await compose(random);
        expect(await readByPostalMime(written)).toEqual(await readByPostalMime(composed));
        expect(await readByMailparser(written)).toEqual(await readByMailparser(composed));
      }),
      { numRuns: 1000 },
    );
  });

  it('is parsed to the original text and HTML', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(email, async (random) => {
        const read = await readByPostalMime(writeMimeMessage(random));
        // Parsers treat trailing line breaks differently and drop byte order marks.
        const content = (text = '') => lines(text.toWellFormed()).replace(/\ufeff|\n+$/g, '');
        expect(content(read.text)).toBe(content(random.text));
        expect(content(read.html)).toBe(content(random.html));
      }),
      { numRuns: 2000 },
    );
  });

  it('has no line longer than 76 characters, and only CRLF line breaks', () => {
    fc.assert(
      fc.property(email, (random) => {
        const message = new TextDecoder().decode(writeMimeMessage(random));
        expect(message.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
        const [, ...bodies] = message.split('\r\n\r\n');
        for (const line of bodies.join('\r\n\r\n').split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
      }),
      { numRuns: 2000 },
    );
  });
});
