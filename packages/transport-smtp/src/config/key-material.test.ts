import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { ConfigError, inspectConnectorConfig } from '@postern/core';
import { testEmail } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  ENCRYPTED_SERVER_KEY,
  OTHER_CA,
  PASSPHRASE,
  PRIVATE_CA,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from '../../fixtures/private-ca.js';
import { createSmtpTransport } from '../index.js';

const SERVER = { host: 'smtp.example.com', port: 465 };
const damaged = (pem: string) => pem.replace(/^M[A-Za-z0-9+/]{20}/m, 'MAAAAAAAAAAAAAAAAAAAA');
const cutOff = (pem: string) => pem.slice(0, pem.indexOf('-----END'));
const rsaKey = (options: object = {}) =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    ...{ type: 'pkcs8', format: 'pem' },
    ...options,
  }) as string; // PEM is text

function problemsOf(config: object) {
  try {
    void createSmtpTransport({ ...SERVER, ...config }).close();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map(({ path, message }) => [path.join('.'), message]);
  }
}

describe('createSmtpTransport rejects invalid certificates and keys', () => {
  it.each<[name: string, config: object, path: string, says: RegExp]>([
    ['a word as CA', { tls: { ca: 'my-ca' } }, 'tls.ca', /not a certificate in PEM format/],
    ['a file name as CA', { tls: { ca: '/etc/ssl/ca.pem' } }, 'tls.ca', /not a certificate in PEM format/],
    ['a key as CA', { tls: { ca: SERVER_KEY } }, 'tls.ca', /is a private key, not a certificate/],
    ['half a CA', { tls: { ca: cutOff(PRIVATE_CA) } }, 'tls.ca', /no complete certificate/],
    ['a damaged CA', { tls: { ca: damaged(PRIVATE_CA) } }, 'tls.ca', /its certificate is damaged/],
    [
      'a damaged CA after a good one',
      { tls: { ca: PRIVATE_CA + damaged(OTHER_CA) } },
      'tls.ca',
      /certificate 2 of 2/,
    ],
    [
      'a bad CA in a list',
      { tls: { ca: [PRIVATE_CA, 'x'] } },
      'tls.ca.1',
      /^tls\.ca\[1\] is not a certificate/,
    ],
    [
      'bytes that are not a CA',
      { tls: { ca: Buffer.from('x') } },
      'tls.ca',
      /not a certificate in PEM format/,
    ],
    ['a bad client certificate', { tls: { cert: 'x', key: SERVER_KEY } }, 'tls.cert', /not a certificate/],
    ['a bad client key', { tls: { cert: SERVER_CERTIFICATE, key: 'x' } }, 'tls.key', /not a private key/],
    [
      'a certificate as key',
      { tls: { cert: SERVER_CERTIFICATE, key: SERVER_CERTIFICATE } },
      'tls.key',
      /is a certificate/,
    ],
    ['a number as server name', { tls: { servername: 5 } }, 'tls.servername', /must be a string/],
    ['a size in quotes', { tls: { minDHSize: '1024' } }, 'tls.minDHSize', /must be a positive number/],
    ['text as a function', { tls: { checkServerIdentity: 'x' } }, 'tls.checkServerIdentity', /a function/],
    ['a switch as a function', { tls: { pskCallback: true } }, 'tls.pskCallback', /must be a function/],
    [
      'an encrypted key',
      { tls: { cert: SERVER_CERTIFICATE, key: ENCRYPTED_SERVER_KEY } },
      'tls.key',
      /passphrase is missing/,
    ],
    [
      'a wrong passphrase',
      { tls: { cert: SERVER_CERTIFICATE, key: ENCRYPTED_SERVER_KEY, passphrase: 'wrong' } },
      'tls.key',
      /passphrase is wrong/,
    ],
    [
      'a key of another certificate',
      { tls: { cert: PRIVATE_CA, key: SERVER_KEY } },
      'tls.key',
      /does not belong/,
    ],
    ['ciphers like none', { tls: { ciphers: 'nope' } }, 'tls.ciphers', /^tls\.ciphers must name/],
    ['a version like none', { tls: { minVersion: '1.2' } }, 'tls.minVersion', /must be one of TLSv1/],
    ['a curve like none', { tls: { ecdhCurve: 'nope' } }, 'tls.ecdhCurve', /such as "auto"/],
    ['algorithms like none', { tls: { sigalgs: 'nope' } }, 'tls.sigalgs', /such as "RSA-PSS/],
    ['a protocol like none', { tls: { secureProtocol: 'nope' } }, 'tls.secureProtocol', /use minVersion/],
    ['a revocation list like none', { tls: { crl: 'x' } }, 'tls.crl', /-----BEGIN X509 CRL/],
    ['options in words', { tls: { secureOptions: 'x' } }, 'tls.secureOptions', /must be a number/],
    [
      'a protocol and a version',
      { tls: { secureProtocol: 'TLSv1_2_method', minVersion: 'TLSv1.2' } },
      'tls.secureProtocol',
      /conflicts with minVersion/,
    ],
    ['a bad PKCS #12 file', { tls: { pfx: 'x' } }, 'tls.pfx', /PKCS #12/],
    [
      'a bad DKIM key',
      { dkim: { domainName: 'example.com', keySelector: 's', privateKey: 'x' } },
      'dkim.privateKey',
      /not a private key in PEM format.*RSA private key/,
    ],
    [
      'a DKIM key that is not RSA',
      { dkim: { domainName: 'example.com', keySelector: 's', privateKey: SERVER_KEY } },
      'dkim.privateKey',
      /is not an RSA key/,
    ],
    [
      'a bad service account key',
      { auth: { user: 'a@example.com', serviceClient: '1', privateKey: 'x' } },
      'auth.privateKey',
      /not a private key/,
    ],
    [
      'a service account key with a wrong passphrase',
      {
        auth: {
          ...{ user: 'a@example.com', serviceClient: '1' },
          privateKey: { key: rsaKey({ cipher: 'aes-128-cbc', passphrase: 'right' }), passphrase: 'wrong' },
        },
      },
      'auth.privateKey.key',
      /passphrase is wrong/,
    ],
  ])('%s', (_name, config, path, says) => {
    expect(problemsOf(config)).toEqual([[path, expect.stringMatching(says)]]);
  });

  it.each<[name: string, config: object]>([
    ['a CA', { tls: { ca: PRIVATE_CA } }],
    ['several CAs in one text', { tls: { ca: `# ours\n${PRIVATE_CA}\n${OTHER_CA}` } }],
    ['a list of CAs, as text and bytes', { tls: { ca: [PRIVATE_CA, Buffer.from(OTHER_CA)] } }],
    ['a CA on one line, as a variable holds it', { tls: { ca: PRIVATE_CA.replaceAll('\n', '\\n') } }],
    ['a CA with the line breaks of Windows', { tls: { ca: PRIVATE_CA.replaceAll('\n', '\r\n') } }],
    ['a client certificate', { tls: { cert: SERVER_CERTIFICATE, key: SERVER_KEY } }],
    [
      'an encrypted key',
      { tls: { cert: SERVER_CERTIFICATE, key: ENCRYPTED_SERVER_KEY, passphrase: PASSPHRASE } },
    ],
    ['a useless CA when nothing is verified', { tls: { ca: 'x', rejectUnauthorized: false } }],
    ['a DKIM key', { dkim: { domainName: 'example.com', keySelector: 's', privateKey: rsaKey() } }],
  ])('accepts %s', (_name, config) => {
    expect(problemsOf(config)).toEqual([]);
  });

  it('inspectConnectorConfig locates values that are not PEM', () => {
    const issuesOf = (tls: object) =>
      inspectConnectorConfig({ ...SERVER, tls })
        .issues.filter(({ code }) => code === 'pem_invalid')
        .map(({ severity, path }) => [severity, path.join('.')]);
    expect(issuesOf({ ca: 'x', cert: ['x', PRIVATE_CA], key: '/etc/key.pem' })).toEqual([
      ['error', 'tls.ca'],
      ['error', 'tls.cert.0'],
      ['error', 'tls.key'],
    ]);
    expect(issuesOf({ ca: 'x', rejectUnauthorized: false })).toEqual([['warning', 'tls.ca']]);
    expect(issuesOf({ ca: PRIVATE_CA, cert: SERVER_CERTIFICATE, key: SERVER_KEY })).toEqual([]);
  });

  it('never quotes the value', () => {
    const secret = 'correct-horse-battery';
    const config = { tls: { ca: secret, cert: secret, key: secret, pfx: secret, passphrase: secret } };
    expect(
      JSON.stringify([problemsOf(config), inspectConnectorConfig({ ...SERVER, ...config }).issues]),
    ).not.toContain(secret);
  });
});

describe('a certificate of a private CA', () => {
  async function failWith(tls: Record<string, unknown>) {
    const server = createServer({ cert: SERVER_CERTIFICATE, key: SERVER_KEY }).on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo; // listening on TCP
    const transport = createSmtpTransport({ host: '127.0.0.1', port, secure: true, tls });
    onTestFinished(() => transport.close());
    return transport.send(testEmail()).then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  }

  it('leads to a hint to set tls.ca', async () => {
    expect(await failWith({})).toMatchObject({
      code: 'tls_failed',
      message: expect.stringContaining('was signed by an unknown issuer'),
      hint: expect.stringContaining('For a private CA, set tls.ca to its certificate.'),
    });
  });

  it('leads to a hint that tls.ca contains a different CA', async () => {
    expect(await failWith({ ca: OTHER_CA })).toMatchObject({
      code: 'tls_failed',
      hint: expect.stringContaining('The CA in tls.ca did not sign this certificate.'),
    });
  });
});
