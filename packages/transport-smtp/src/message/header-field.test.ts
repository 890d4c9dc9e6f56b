import { generateKeyPairSync } from 'node:crypto';
import type { Email } from '@postern/core';
import { startSmtpTrap, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createSmtpTransport } from '../index.js';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** RFC 5322 section 2.1.1. */
const LONGEST_LINE = 998;

const WAYS = [
  ['unsigned', {}],
  ['signed', { dkim: { domainName: 'example.com', keySelector: 'postern', privateKey } }],
] as const;

async function setUp(options: object) {
  const trap = await startSmtpTrap();
  const transport = createSmtpTransport({
    host: trap.host,
    port: trap.port,
    tls: { ca: trap.certificate },
    ...options,
  });
  return {
    async send(email: Partial<Email>): Promise<Buffer> {
      trap.inbox.clear();
      await transport.send(testEmail(email));
      const [received] = trap.inbox.messages;
      return received?.raw ?? Buffer.alloc(0);
    },
    async [Symbol.asyncDispose]() {
      await transport.close();
      await trap.close();
    },
  };
}

function longestHeaderLine(raw: Buffer): number {
  const [head = ''] = raw.toString('latin1').split('\r\n\r\n');
  return Math.max(...head.split('\r\n').map((line) => line.length));
}

describe.each(WAYS)('no line of a header is longer than 998 bytes, %s', (_way, options) => {
  const long = (pattern: string) => pattern.repeat(20_000 / pattern.length);
  const values = ['a', 'é', '"', '=?utf-8?q?', '<', '😀', 'a,', ' a'];

  it('for a display name, a subject and a custom header', async () => {
    await using mail = await setUp(options);
    for (const pattern of values) {
      const value = long(pattern);
      const raw = await mail.send({
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

  it('for a display name in ASCII, which arrives whole', async () => {
    await using mail = await setUp(options);
    const name = 'a'.repeat(5000);
    const raw = await mail.send({ from: { name, address: 'noreply@example.com' } });
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
  ])('so an email is refused whose %s cannot be folded', async (field, email) => {
    await using mail = await setUp(options);
    const sending = mail.send(email);
    await expect(sending).rejects.toBeMailError('config_invalid', { stage: 'config', retryable: false });
    await expect(sending).rejects.toThrow(new RegExp(`The header field ${field}.* has more than 998 bytes`));
  });

  it('for any text', async () => {
    await using mail = await setUp(options);
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
    await fc.assert(
      fc.asyncProperty(text, text, text, async (name, subject, value) => {
        const raw = await mail.send({
          from: { name, address: 'noreply@example.com' },
          subject,
          headers: { 'X-Custom': value },
        });
        expect(longestHeaderLine(raw)).toBeLessThanOrEqual(LONGEST_LINE);
      }),
      { numRuns: 60 },
    );
  });
});

it.each(['example.com', 'a-very-long-name-of-a-department.example.com', `${'a.'.repeat(60)}example.com`])(
  'a Message-ID and single addresses stay on the line of their name: %s',
  async (domain) => {
    await using server = await setUp({});
    const raw = await server.send({
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
