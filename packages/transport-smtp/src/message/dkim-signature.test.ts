import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { inspect } from 'node:util';
import { startSmtpTrap, testEmail } from '@postern/testing';
import { expect, it } from 'vitest';
import { createSmtpTransport } from '../index.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** RFC 6376 section 3.4.2, "relaxed" header canonicalization of one field. */
const relaxed = (field: string) => {
  const [name = '', ...value] = field.split(':');
  return `${name.toLowerCase().trim()}:${value
    .join(':')
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()}`;
};

it('signs every email with the key of the config (RFC 6376)', async () => {
  await using trap = await startSmtpTrap();
  const config = {
    host: trap.host,
    port: trap.port,
    tls: { ca: trap.certificate },
    dkim: { domainName: 'example.com', keySelector: 'postern', privateKey },
  };
  await using transport = createSmtpTransport(config);
  await transport.send(testEmail());

  const source = trap.inbox.messages[0]?.raw.toString() ?? '';
  const [head = '', ...rest] = source.split('\r\n\r\n');
  const fields = head.split(/\r\n(?![ \t])/);
  const signature = fields.find((field) => /^dkim-signature:/i.test(field)) ?? '';
  const tags = new Map(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((tag) => {
        const [name = '', ...value] = tag.split('=');
        return [name.trim(), value.join('=').replace(/\s+/g, '')];
      }),
  );
  expect(tags.get('d')).toBe('example.com');
  expect(tags.get('s')).toBe('postern');

  // The body hash, by the "relaxed" rules.
  const body = `${rest
    .join('\r\n\r\n')
    .replace(/[ \t]+\r\n/g, '\r\n')
    .replace(/[ \t]+/g, ' ')
    .replace(/(?:\r\n)*$/, '')}\r\n`;
  expect(tags.get('bh')).toBe(createHash('sha256').update(body).digest('base64'));

  // The signature over the fields that it names.
  const signed = (tags.get('h') ?? '')
    .split(':')
    .map((name) =>
      relaxed(fields.findLast((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`)) ?? ''),
    );
  const unsigned = relaxed(signature).replace(/(;\s?b=)[^;]*/, '$1');
  const data = Buffer.from([...signed, unsigned].join('\r\n'));
  expect(verify('sha256', data, createPublicKey(publicKey), Buffer.from(tags.get('b') ?? '', 'base64'))).toBe(
    true,
  );
  expect(inspect(transport, { depth: 20 })).not.toContain('PRIVATE KEY');
});
