import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { MailError } from '@postern/core';
import { testEmail } from '@postern/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createSmtpTransport,
  diagnose,
  type SmtpTransportConfig,
  type SmtpTransportOptions,
} from '../index.js';

const USER = 'ada@example.com';
const PASS = 'correct-horse';
const base64 = (text: string) => Buffer.from(text).toString('base64');

interface ServerOptions {
  /** The AUTH lines of the EHLO reply. */
  offers: string[];
  /** The reply to a mechanism with correct credentials. @default accepted */
  answers?: Record<string, string>;
  pass?: string;
  /** Closes the connection after a refusal. */
  hangsUp?: boolean;
  /** Supports only HELO. */
  isOld?: boolean;
}

/** A server that logs clients in, for behavior that the trap does not support. */
async function startServer({ offers, answers = {}, pass = PASS, hangsUp, isOld }: ServerOptions) {
  const stats = { connections: 0, mechanisms: [] as string[], delivered: 0 };
  const server = createServer((socket) => {
    stats.connections += 1;
    const reply = (text: string) => socket.writable && socket.write(`${text}\r\n`);
    const challenge = `<${stats.connections}@server>`;
    let login: { mechanism: string; given: string[] } | undefined;
    let isContent = false;
    const isRight = (mechanism: string, given: readonly string[]) => {
      if (mechanism === 'PLAIN') return given[0] === base64(`\0${USER}\0${pass}`);
      if (mechanism === 'LOGIN') return given.join() === [base64(USER), base64(pass)].join();
      const digest = createHmac('md5', pass).update(challenge).digest('hex');
      return given[0] === base64(`${USER} ${digest}`);
    };
    const finish = ({ mechanism, given }: NonNullable<typeof login>) => {
      login = undefined;
      const answer = isRight(mechanism, given) ? (answers[mechanism] ?? '235 OK') : '535 5.7.8 Wrong';
      reply(answer);
      if (hangsUp && answer.startsWith('5')) socket.end();
    };
    const answer = (line: string) => {
      if (socket.writableEnded) return;
      if (login) {
        login.given.push(line);
        if (login.mechanism === 'LOGIN' && login.given.length < 2) return reply('334 UGFzc3dvcmQ6');
        return finish(login);
      }
      if (isContent) {
        if (line !== '.') return;
        isContent = false;
        stats.delivered += 1;
        return reply('250 Delivered');
      }
      const [verb = '', mechanism = '', initial] = line.split(' ');
      if (verb === 'EHLO' && isOld) return reply('500 5.5.1 Unknown command');
      if (verb === 'EHLO')
        return reply(['250-Hi', ...offers.map((offer) => `250-${offer}`), '250 SIZE'].join('\r\n'));
      if (verb === 'AUTH') {
        stats.mechanisms.push(mechanism);
        login = { mechanism, given: initial === undefined ? [] : [initial] };
        if (answers[mechanism]?.startsWith('504')) {
          login = undefined;
          reply(answers[mechanism]);
          if (hangsUp) socket.end();
          return;
        }
        if (initial !== undefined) return finish(login);
        return reply(mechanism === 'LOGIN' ? '334 VXNlcm5hbWU6' : `334 ${base64(challenge)}`);
      }
      if (verb === 'DATA') isContent = true;
      reply(verb === 'DATA' ? '354 Send the message' : verb === 'QUIT' ? '221 Bye' : '250 OK');
      if (verb === 'QUIT') socket.end();
    };
    let rest = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(line);
    });
    reply('220 Ready');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return { stats, port: (server.address() as AddressInfo).port }; // listening on TCP
}

async function setUp(
  server: ServerOptions,
  own: Partial<SmtpTransportConfig> = {},
  options: SmtpTransportOptions = {},
) {
  const { stats, port } = await startServer(server);
  const config: SmtpTransportConfig = { host: 'localhost', port, auth: { user: USER, pass: PASS }, ...own };
  const transport = createSmtpTransport(config, options);
  onTestFinished(() => transport.close());
  return { stats, config, transport };
}

async function failureOf(sending: Promise<unknown>): Promise<MailError> {
  const error: unknown = await sending.catch((reason: unknown) => reason);
  if (!(error instanceof MailError)) throw new Error('The email was sent.');
  return error;
}

const NO_PLAIN = [
  '535 5.7.8 Authentication failed',
  '504 5.7.4 Unrecognized type',
  '534 5.7.9 Too weak',
  '538 5.7.11 Encryption required',
  '501 5.5.4 No initial response',
  '526 Failure',
];

describe('a login', () => {
  it.each([
    [['AUTH PLAIN LOGIN CRAM-MD5'], 'PLAIN'],
    [['AUTH LOGIN'], 'LOGIN'],
    [['AUTH CRAM-MD5'], 'CRAM-MD5'],
    [['auth login'], 'LOGIN'],
    [['AUTH NTLM LOGIN GSSAPI'], 'LOGIN'],
    [['AUTH=LOGIN'], 'LOGIN'],
    [['AUTH CRAM-MD5', 'AUTH=NTLM'], 'CRAM-MD5'],
    [['AUTH NTLM', 'AUTH=PLAIN'], 'PLAIN'],
  ])('uses what the server offers: %j', async (offers, mechanism) => {
    const { stats, transport } = await setUp({ offers });
    await transport.send(testEmail());
    expect(stats).toMatchObject({ mechanisms: [mechanism], delivered: 1, connections: 1 });
  });

  it.each([
    [
      ['AUTH NTLM GSSAPI'],
      {},
      /offers the login mechanisms NTLM, GSSAPI, but this config supports only PLAIN, LOGIN, CRAM-MD5/,
      /over TLS/,
    ],
    [['AUTH XOAUTH2'], {}, /offers the login mechanisms XOAUTH2/, /only OAuth2/],
    [
      ['AUTH PLAIN'],
      { authMethod: 'LOGIN' },
      /offers the login mechanisms PLAIN, but this config supports only LOGIN/,
      /Remove authMethod/,
    ],
    [
      ['AUTH PLAIN LOGIN'],
      { auth: { type: 'oauth2', user: USER, accessToken: 'ya29.token' } },
      /supports only XOAUTH2/,
      /auth\.user and auth\.pass/,
    ],
    [['AUTH'], {}, /does not allow logins/, /remove auth/],
    [['AUTHENTICATE PLAIN'], {}, /does not allow logins/, /remove auth/],
    [[], {}, /does not allow logins/, /remove auth/],
    [[], { authMethod: 'PLAIN' }, /does not allow logins/, /remove auth/],
  ] as const)(
    'sends no credentials if the server offers no supported mechanism: %j, %j',
    async (offers, own, says, cure) => {
      const { stats, config, transport } = await setUp({ offers: [...offers] }, own);
      const error = await failureOf(transport.send(testEmail()));
      expect(error).toMatchObject({ code: 'auth_failed', stage: 'auth', retryable: false });
      expect(error.message).toMatch(says);
      expect(error.hint).toMatch(cure);
      const { problem } = await diagnose(config, { alternativePorts: [] });
      expect(problem?.message).toMatch(says);
      expect(stats.mechanisms).toEqual([]);
    },
  );

  it('sends no credentials to a server without EHLO', async () => {
    const { stats, transport } = await setUp({ offers: [], isOld: true });
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({
      code: 'auth_failed',
      stage: 'auth',
    });
    expect(stats.mechanisms).toEqual([]);
  });

  it('sends without a login if the server offers no supported mechanism, with missingAuth: "warn"', async () => {
    const { stats, transport } = await setUp({ offers: ['AUTH NTLM'] }, {}, { missingAuth: 'warn' });
    await transport.send(testEmail());
    expect(stats).toMatchObject({ mechanisms: [], delivered: 1 });
  });
});

describe.each([false, true])(
  'a mechanism that is offered but rejected (closes the connection: %j)',
  (hangsUp) => {
    it.each(NO_PLAIN)('is followed by the next one: %s', async (refusal) => {
      const { stats, transport } = await setUp({
        offers: ['AUTH PLAIN LOGIN'],
        answers: { PLAIN: refusal },
        hangsUp,
      });
      await transport.send(testEmail());
      expect(stats).toMatchObject({
        mechanisms: ['PLAIN', 'LOGIN'],
        delivered: 1,
        connections: hangsUp ? 2 : 1,
      });
    });

    it('is not tried again by later connections', async () => {
      const { stats, transport } = await setUp(
        { offers: ['AUTH PLAIN LOGIN'], answers: { PLAIN: NO_PLAIN[0] ?? '' }, hangsUp },
        {},
        { maxMessages: 1 },
      );
      for (let count = 0; count < 3; count += 1) await transport.send(testEmail());
      expect(stats).toMatchObject({ mechanisms: ['PLAIN', 'LOGIN', 'LOGIN', 'LOGIN'], delivered: 3 });
    });

    it('is not followed by a third attempt with the password', async () => {
      const { stats, transport } = await setUp({
        offers: ['AUTH PLAIN LOGIN CRAM-MD5'],
        pass: 'other',
        hangsUp,
      });
      const error = await failureOf(transport.send(testEmail()));
      expect(error).toMatchObject({
        code: 'auth_failed',
        stage: 'auth',
        retryable: false,
        responseCode: 535,
      });
      expect(error.message).toContain('(tried PLAIN, LOGIN)');
      expect(stats.mechanisms).toEqual(['PLAIN', 'LOGIN']);
    });

    it('is reported by diagnose() with a patch for authMethod', async () => {
      const { config } = await setUp({
        offers: ['AUTH PLAIN LOGIN'],
        answers: { PLAIN: NO_PLAIN[1] ?? '' },
        hangsUp,
      });
      const { verdict, steps } = await diagnose(config);
      expect(verdict).toBe('ready');
      expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length);
      expect(steps.find(({ name }) => name === 'auth')).toMatchObject({
        status: 'warning',
        facts: { mechanism: 'LOGIN' },
        problems: [
          { message: 'The server offers PLAIN but rejects it; LOGIN works.', patch: { authMethod: 'LOGIN' } },
        ],
      });
    });
  },
);

it('continues after unknown mechanisms, because the server has not checked the password', async () => {
  const unknown = '504 5.5.4 Unknown';
  const { stats, transport } = await setUp({
    offers: ['AUTH PLAIN LOGIN CRAM-MD5'],
    answers: { PLAIN: unknown, LOGIN: unknown },
  });
  await transport.send(testEmail());
  expect(stats.mechanisms).toEqual(['PLAIN', 'LOGIN', 'CRAM-MD5']);
});

it('does not blame the password if the server supports none of the mechanisms that it offers', async () => {
  const answers = { PLAIN: '504 5.5.4 Unknown', LOGIN: '504 5.5.4 Unknown' };
  const { transport } = await setUp({ offers: ['AUTH PLAIN LOGIN'], answers });
  expect(await failureOf(transport.send(testEmail()))).toMatchObject({
    code: 'auth_failed',
    hint: expect.stringContaining(
      'did not check the password: it does not support the login mechanisms that it offers (PLAIN, LOGIN)',
    ),
  });
});

it('reports the rejected password instead of an unknown mechanism', async () => {
  const { transport } = await setUp({
    offers: ['AUTH PLAIN LOGIN'],
    answers: { PLAIN: '504 5.5.4 Unknown' },
    pass: 'other',
  });
  expect(await failureOf(transport.send(testEmail()))).toMatchObject({ responseCode: 535 });
});

it.each(['454 4.7.0 Temporary authentication failure', '421 4.7.0 Try again later'])(
  'tries no other mechanism after a temporary refusal: %s',
  async (refusal) => {
    const { stats, transport } = await setUp({ offers: ['AUTH PLAIN LOGIN'], answers: { PLAIN: refusal } });
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ retryable: true });
    expect(stats.mechanisms).toEqual(['PLAIN']);
  },
);

it.each(['LOGIN', 'login', 'CRAM-MD5'])('uses only authMethod: %s', async (authMethod) => {
  const offers = ['AUTH PLAIN LOGIN CRAM-MD5'];
  const right = await setUp({ offers }, { authMethod } as object);
  await right.transport.send(testEmail());
  expect(right.stats).toMatchObject({ mechanisms: [authMethod.toUpperCase()], delivered: 1 });
  const wrong = await setUp({ offers, pass: 'other' }, { authMethod } as object);
  await failureOf(wrong.transport.send(testEmail()));
  expect(wrong.stats.mechanisms).toHaveLength(1);
});
