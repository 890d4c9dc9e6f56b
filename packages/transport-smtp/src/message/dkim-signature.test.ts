import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import type { Email, Transport } from '@postern/core';
import { type SmtpTrap, startSmtpTrap, testEmail } from '@postern/testing';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { createNodemailerTransport, createSmtpTransport } from '../index.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const dkim = { domainName: 'example.com', keySelector: 'postern', privateKey };
const record = `v=DKIM1; k=rsa; p=${publicKey.replace(/-----.*-----|\n/g, '')}`;

const TRANSPORTS: Record<string, (trap: SmtpTrap) => Transport> = {
  createSmtpTransport: ({ host, port, certificate }) =>
    createSmtpTransport({ host, port, tls: { ca: certificate }, dkim }),
  createNodemailerTransport: ({ host, port, certificate }) =>
    createNodemailerTransport(
      nodemailer.createTransport({ host, port, tls: { ca: certificate }, dkim, pool: true }),
    ),
};

const ODD: Partial<Email>[] = [
  {},
  { text: '' },
  { text: '', html: '' },
  { text: '\r\n' },
  { text: 'one\rtwo\nthree\r\nfour\n\rfive\r\r\nsix\r' },
  { text: 'blanks  \t\n  and\t \n\n\n' },
  { text: '.\n..\n.dots' },
  { text: 'x'.repeat(5000) },
  { text: `${'word '.repeat(400)}\n`, html: `<p>${'a'.repeat(2000)}</p>` },
  { text: 'Ihr Code für Ägypten: \u0000\u0007 您的验证码是', html: '<p>é\r</p>' },
  { subject: '  =?utf-8?Q?You_have_won?=  ' },
  {
    subject: 'Ihr Code für Ägypten '.repeat(20),
    from: { name: 'Jörg, "the" sender', address: 'noreply@example.com' },
  },
  { headers: { 'List-Unsubscribe': '<mailto:jörg@example.com>', 'X-Several': ['one ', ' two'] } },
];

describe.each(Object.entries(TRANSPORTS))('DKIM by %s (RFC 6376)', (_name, create) => {
  async function verify(trap: SmtpTrap, transport: Transport, email: Partial<Email>) {
    trap.inbox.clear();
    await transport.send(testEmail(email));
    const { results } = await dkimVerify(trap.inbox.messages[0]?.raw ?? Buffer.alloc(0), {
      resolver: async () => [[record]],
    });
    return results[0];
  }

  it('signs the sent bytes for any content', async () => {
    await using trap = await startSmtpTrap();
    await using transport = create(trap);
    for (const email of ODD) {
      const signature = await verify(trap, transport, email);
      expect(signature, inspect(email)).toMatchObject({
        status: { result: 'pass' },
        signingDomain: 'example.com',
        selector: 'postern',
      });
    }
    expect(inspect(transport, { depth: 20 })).not.toContain('PRIVATE KEY');
  });

  it('signs any content', { timeout: 60_000 }, async () => {
    await using trap = await startSmtpTrap();
    await using transport = create(trap);
    const piece = fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', ' ', '\t', '.', 'a', 'é', '字', '='),
      fc.string(),
    );
    const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('').toWellFormed());
    await fc.assert(
      fc.asyncProperty(text, text, async (plain, html) => {
        expect(await verify(trap, transport, { text: plain, html })).toMatchObject({
          status: { result: 'pass' },
        });
      }),
      { numRuns: 60 },
    );
  });
});
