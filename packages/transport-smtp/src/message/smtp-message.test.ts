import { generateKeyPairSync } from 'node:crypto';
import type { Email } from '@postern/core';
import { startSmtpTrap, testEmail } from '@postern/testing';
import '@postern/testing/vitest';
import nodemailer from 'nodemailer';
import PostalMime, { decodeWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createNodemailerTransport, createSmtpTransport } from '../index.js';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** RFC 5322 section 2.1.1. */
const LONGEST_LINE = 998;

const dkim = { domainName: 'example.com', keySelector: 'postern', privateKey };

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

it('header lines of a signed message are at most 998 bytes long', async () => {
  await using mail = await setUp({ dkim });
  for (const pattern of ['a', 'é', '"', '=?utf-8?q?', '<', '😀', 'a,', ' a']) {
    const value = pattern.repeat(20_000 / pattern.length);
    const raw = await mail.send({
      from: { name: value, address: 'noreply@example.com' },
      subject: value,
      headers: { 'X-Custom': value, 'X-Several': [value, 'short'] },
    });
    expect(raw.toString('latin1'), pattern).toMatch(/^DKIM-Signature:/);
    expect(longestHeaderLine(raw), pattern).toBeLessThanOrEqual(LONGEST_LINE);
  }
});

it('an email whose header field cannot be folded is rejected before anything is sent', async () => {
  await using mail = await setUp({});
  await expect(
    mail.send({ headers: { References: `<${'a'.repeat(1000)}@example.com>` } }),
  ).rejects.toBeMailError('config_invalid', { stage: 'config', retryable: false });
});

it.each(['=?utf-8?Q?You_have_won?=', 'Re: =?utf-8?B?WW91?= and more', '=?iso-8859-1?q?=E4?=é', '=?'])(
  'text that looks like an encoded word arrives unchanged by a nodemailer transporter: %s',
  async (text) => {
    await using trap = await startSmtpTrap();
    const { host, port, certificate: ca } = trap;
    await using transport = createNodemailerTransport(
      nodemailer.createTransport({ host, port, tls: { ca } }),
    );
    await transport.send(
      testEmail({
        from: { name: text, address: 'noreply@example.com' },
        replyTo: [{ name: text, address: 'help@example.com' }],
        subject: text,
        headers: { 'X-Custom': text },
      }),
    );
    const read = await PostalMime.parse(trap.inbox.messages[0]?.raw ?? '');
    expect(read).toMatchObject({ subject: text, from: { name: text }, replyTo: [{ name: text }] });
    const custom = read.headers.find(({ key }) => key === 'x-custom');
    expect(decodeWords(custom?.value ?? '')).toBe(text);
  },
);

describe('an address that needs SMTPUTF8', () => {
  const NEEDS_UTF8: [where: string, email: Partial<Email>, options: object][] = [
    ['replyTo', { replyTo: [{ address: 'jörg@example.com' }] }, {}],
    [
      'one of several in replyTo',
      { replyTo: [{ address: 'help@example.com' }, { name: 'J', address: 'jörg@example.com' }] },
      {},
    ],
    [
      'from, with envelopeFrom',
      { from: { address: 'jörg@example.com' } },
      { envelopeFrom: 'bounces@example.com' },
    ],
    ['Disposition-Notification-To', { headers: { 'Disposition-Notification-To': 'jörg@example.com' } }, {}],
    ['Errors-To', { headers: { 'Errors-To': 'Jörg <jörg@example.com>' } }, {}],
    ['Resent-From', { headers: { 'Resent-From': 'jörg@example.com' } }, {}],
  ];

  it.each(NEEDS_UTF8)('in %s is rejected before anything is sent', async (_where, email, options) => {
    await using trap = await startSmtpTrap();
    const { host, port, certificate: ca } = trap;
    await using transport = createSmtpTransport({ host, port, tls: { ca }, ...options });
    await expect(transport.send(testEmail(email))).rejects.toBeMailError('sender_rejected', {
      stage: 'mail',
    });
    expect(trap.stats.connections).toBe(0);
  });

  it.each(NEEDS_UTF8)(
    'in %s is sent with SMTPUTF8 if the recipient needs it',
    async (_where, email, options) => {
      await using server = await setUp(options);
      const raw = await server.send({ ...email, to: 'dörte@example.com' });
      expect(raw.toString()).toContain('jörg@example.com');
    },
  );
});
