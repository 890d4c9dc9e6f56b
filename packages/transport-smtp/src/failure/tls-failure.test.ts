import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket, type TlsOptions } from 'node:tls';
import { MailError } from '@postern/core';
import { testEmail } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lookupTo } from '../../fixtures/lookup.js';
import { OTHER_CA, PRIVATE_CA, SERVER_CERTIFICATE, SERVER_KEY } from '../../fixtures/private-ca.js';
import { createSmtpTransport, diagnose, type SmtpTransportConfig } from '../index.js';

type Handshake = (socket: Socket) => void;

/** Replies to the ClientHello with a fatal alert (RFC 8446 section 6). */
const alert =
  (description: number): Handshake =>
  (socket) =>
    socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, description])));

/** A TLS server that replies to EHLO after the handshake. */
const tls =
  (options: TlsOptions = {}): Handshake =>
  (plain) => {
    const socket = new TLSSocket(plain, {
      isServer: true,
      cert: SERVER_CERTIFICATE,
      key: SERVER_KEY,
      ...options,
    });
    socket.on('error', () => {});
    socket.on('data', () => socket.write('250 OK\r\n'));
    socket.on('secure', () => socket.write('220 Ready\r\n'));
  };

/** Sends data that is not TLS. */
const text: Handshake = (socket) => socket.write('502 5.5.1 Unrecognized command\r\n');

async function listen(secure: boolean, handshake: Handshake, startTls: string) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (secure) return handshake(socket);
    socket.write('220 Ready\r\n');
    socket.on('data', function read(chunk) {
      const isStartTls = String(chunk).startsWith('STARTTLS');
      socket.write(isStartTls ? `${startTls}\r\n` : '250-Hi\r\n250 STARTTLS\r\n');
      if (!isStartTls || !startTls.startsWith('2')) return;
      socket.removeListener('data', read);
      handshake(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port; // listening on TCP
}

interface Case {
  handshake: Handshake;
  says: RegExp;
  cure: RegExp;
  tls?: SmtpTransportConfig['tls'];
  /** @default 'tls' */
  stage?: string;
}

const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
const NO_VERSION = { says: /does not support a TLS version that this client accepts/, cure: /TLS 1\.2/ };
const NOTHING_IN_COMMON = {
  says: /no cipher, key size, or signature algorithm in common/,
  cure: /tls\.ciphers/,
};
const CLIENT_CERTIFICATE = {
  says: /requires a valid client certificate/,
  cure: /tls\.cert and tls\.key/,
};
const OTHER_ERROR = { says: /ended the TLS handshake with an error/, cure: /server log/ };

const HANDSHAKES: Record<string, Case> = {
  'only an old version': { handshake: tls(OLD), ...NO_VERSION },
  'no version that tls.minVersion allows': {
    handshake: tls({ maxVersion: 'TLSv1.2' }),
    tls: { minVersion: 'TLSv1.3' },
    says: NO_VERSION.says,
    cure: /remove them/,
  },
  'alert protocol_version': { handshake: alert(70), ...NO_VERSION },
  'alert inappropriate_fallback': { handshake: alert(86), ...NO_VERSION },
  'no common cipher': {
    handshake: tls({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
    tls: { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
    ...NOTHING_IN_COMMON,
  },
  'alert handshake_failure': { handshake: alert(40), ...NOTHING_IN_COMMON },
  'alert insufficient_security': { handshake: alert(71), ...NOTHING_IN_COMMON },
  'alert internal_error': { handshake: alert(80), ...OTHER_ERROR },
  'alert illegal_parameter': { handshake: alert(47), ...OTHER_ERROR },
  'alert decode_error': { handshake: alert(50), ...OTHER_ERROR },
  'alert unrecognized_name': {
    handshake: alert(112),
    says: /has no certificate for this host name/,
    cure: /servername/,
  },
  'alert bad_certificate': { handshake: alert(42), ...CLIENT_CERTIFICATE },
  'alert unknown_ca': { handshake: alert(48), ...CLIENT_CERTIFICATE },
  'alert access_denied': { handshake: alert(49), ...CLIENT_CERTIFICATE },
  'alert certificate_required': { handshake: alert(116), ...CLIENT_CERTIFICATE },
  'a client certificate, asked for after the handshake': {
    handshake: tls({ requestCert: true, rejectUnauthorized: true }),
    stage: '(greeting|ehlo)',
    ...CLIENT_CERTIFICATE,
  },
  'a private CA': {
    handshake: tls(),
    tls: {},
    says: /signed by an unknown issuer/,
    cure: /^For a private CA, set tls\.ca to its certificate/,
  },
  'another CA than the one in tls.ca': {
    handshake: tls(),
    tls: { ca: OTHER_CA },
    says: /signed by an unknown issuer/,
    cure: /The CA in tls\.ca did not sign this certificate/,
  },
};

async function setUp(mode: string, { handshake, tls: own }: Case, startTls = '220 Ready for TLS') {
  const secure = mode === 'implicit';
  const port = await listen(secure, handshake, startTls);
  const config: SmtpTransportConfig = {
    host: 'smtp.example.com',
    servername: 'localhost',
    port,
    secure,
    tls: { ca: PRIVATE_CA, ...own },
  };
  if (own && Object.keys(own).length === 0) delete config.tls;
  return { config, lookup: lookupTo({ address: '127.0.0.1', family: 4 }) };
}

async function failureOf(config: SmtpTransportConfig, lookup: ReturnType<typeof lookupTo>) {
  await using transport = createSmtpTransport(config, { lookup });
  const error: unknown = await transport.send(testEmail()).catch((reason: unknown) => reason);
  if (!(error instanceof MailError)) throw new Error('The email was sent.');
  return error;
}

describe.each(['implicit', 'starttls'])('a TLS handshake that fails (%s)', (mode) => {
  it.each(Object.entries(HANDSHAKES))('is reported with its cause: %s', async (_name, each) => {
    const { config, lookup } = await setUp(mode, each);
    const error = await failureOf(config, lookup);
    expect(error).toMatchObject({ code: 'tls_failed', retryable: false });
    expect(error.stage).toMatch(new RegExp(each.stage ?? 'tls'));
    expect(error.message).toMatch(each.says);
    expect(error.hint).toMatch(each.cure);

    const { problem } = await diagnose(config, { lookup, alternativePorts: [] });
    expect(problem).toMatchObject({ code: 'tls_failed', temporary: false });
    expect(problem?.message).toMatch(each.says);
    expect(problem?.hint).toMatch(each.cure);
    expect(problem).not.toHaveProperty('patch');
  });
});

describe('STARTTLS', () => {
  it.each(['503 Bad sequence of commands', '502 Not implemented', '554 5.7.3 Unable to initialize'])(
    'is refused permanently: %s',
    async (reply) => {
      const { config, lookup } = await setUp('starttls', { handshake: tls(), says: /./, cure: /./ }, reply);
      const error = await failureOf(config, lookup);
      expect(error).toMatchObject({ code: 'tls_failed', stage: 'tls', retryable: false });
      expect(error.message).toContain(`refused STARTTLS: ${reply}`);
    },
  );

  it.each(['454 4.7.0 TLS not available', '421 4.3.0 Try again later'])(
    'is refused temporarily: %s',
    async (reply) => {
      const { config, lookup } = await setUp('starttls', { handshake: tls(), says: /./, cure: /./ }, reply);
      expect(await failureOf(config, lookup)).toMatchObject({ code: 'tls_failed', retryable: true });
    },
  );

  it('is accepted, but plain text follows', async () => {
    const { config, lookup } = await setUp('starttls', { handshake: text, says: /./, cure: /./ });
    const error = await failureOf(config, lookup);
    expect(error).toMatchObject({ code: 'tls_failed', stage: 'tls', retryable: false });
    expect(error.message).toMatch(/accepted STARTTLS but then sent data that is not TLS/);
  });
});
