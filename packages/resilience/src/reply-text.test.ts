import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createMailer, type MailError, type Receipt, type Transport } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { createNodemailerTransport, createSmtpTransport, diagnose } from '@postern/transport-smtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withFailover, withRateLimit, withRetry } from './index.js';

/** What a reply is made of: control characters, escape sequences of a terminal, and characters that reverse text. */
const NOISE = '2.0.0 \u0007ok\u001b[2J\u0000\u0085\u202e\u2028 queued as 4';
const LINES = 20_000;
const LONGEST = 4000;

const reply = (code: number, separator: string) =>
  Array.from({ length: LINES }, (_, line) => `${code}${line === LINES - 1 ? ' ' : '-'}${NOISE}`).join(
    separator,
  );

function expectClean(text: string | undefined): void {
  expect(text).toMatch(/\S/);
  expect(text?.length).toBeLessThanOrEqual(LONGEST);
  expect(text?.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
}

/** A server whose every reply is `reply`, from the greeting or from the final dot on. */
async function startServer({ at, code }: { at: 'greeting' | 'ehlo' | 'rcpt' | 'delivery'; code: number }) {
  const server = createServer((socket) => {
    let isContent = false;
    const say = (stage: string, usual: string) =>
      socket.write(`${stage === at ? reply(code, '\r\n') : usual}\r\n`);
    const answer = (line: string) => {
      if (isContent && line !== '.') return;
      if (line === '.') say('delivery', '250 OK');
      else if (line === 'DATA') socket.write('354 Start mail input\r\n');
      else if (line.startsWith('EHLO')) say('ehlo', '250 Hi');
      else if (line.startsWith('RCPT')) say('rcpt', '250 OK');
      else if (line.startsWith('QUIT')) socket.end('221 Bye\r\n');
      else socket.write('250 OK\r\n');
      isContent = line === 'DATA';
    };
    let rest = '';
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(line);
    });
    say('greeting', '220 Ready');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // listening on TCP
  return { host: '127.0.0.1', port };
}

async function smtp(where: Parameters<typeof startServer>[0]): Promise<Transport> {
  const transport = createSmtpTransport(await startServer(where));
  onTestFinished(() => transport.close());
  return transport;
}

/** An application's own transport, which cleans nothing. */
const own = (): Transport => ({
  ...createMemoryTransport(),
  send: async ({ messageId, to }): Promise<Receipt> => ({
    messageId,
    accepted: to,
    transport: 'own',
    response: reply(250, '\r\n'),
    attempts: 1,
    durationMs: 1,
  }),
});

const mailerOn = (transport: Transport) =>
  createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Code', content: '{{code}}' }],
    },
    transport,
  });

describe('the reply in a receipt is bounded and has no control characters', () => {
  test.each<[path: string, send: () => Promise<Receipt>]>([
    ['of createSmtpTransport', async () => (await smtp({ at: 'delivery', code: 250 })).send(testEmail())],
    [
      'of createNodemailerTransport',
      () =>
        createNodemailerTransport({ sendMail: async () => ({ response: reply(250, '\r\n') }) }).send(
          testEmail(),
        ),
    ],
    ['of createMemoryTransport', () => createMemoryTransport().send(testEmail())],
    ['of withRetry', () => withRetry(own()).send(testEmail())],
    [
      'of withFailover',
      () => withFailover([own(), createMemoryTransport({ name: 'backup' })]).send(testEmail()),
    ],
    ['of withRateLimit', () => withRateLimit(own(), { limit: 10, intervalMs: 1000 }).send(testEmail())],
    [
      'of mailer.send',
      () => mailerOn(own()).send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '482913' } }),
    ],
    ['of mailer.deliver', () => mailerOn(own()).deliver(testEmail())],
  ])('%s', async (_path, send) => {
    expectClean((await send()).response);
  });
});

describe('so is the reply in an error', () => {
  test.each(['greeting', 'rcpt', 'delivery'] as const)('to %s', async (at) => {
    const transport = await smtp({ at, code: 550 });
    const error = await transport.send(testEmail()).then(
      () => expect.unreachable('it was sent'),
      (thrown: MailError) => thrown,
    );
    expectClean(error.response);
    expectClean(error.message);
  });

  test('of a transporter', async () => {
    const error = Object.assign(new Error(reply(550, '\r\n')), {
      code: 'EENVELOPE',
      command: 'RCPT TO',
      response: reply(550, '\r\n'),
    });
    const transport = createNodemailerTransport({ sendMail: () => Promise.reject(error) });
    const failure = await transport.send(testEmail()).catch((thrown: MailError) => thrown);
    expectClean(failure.response);
  });
});

test.each([
  ['greeting', 220],
  ['greeting', 554],
  ['ehlo', 250],
  ['rcpt', 250],
  ['rcpt', 550],
] as const)('so is every text of diagnose() where the reply to %s is %d', async (at, code) => {
  const server = await startServer({ at, code });
  const { steps } = await diagnose(
    { ...server, fromEmail: 'noreply@example.com' },
    { alternativePorts: [], resolver: { resolveTxt: async () => [], resolveMx: async () => [] } },
  );
  const texts: string[] = [];
  JSON.stringify(steps, (_key, value: unknown) => {
    if (typeof value === 'string' && value !== '') texts.push(value);
    return value;
  });
  for (const text of texts) expectClean(text);
});
