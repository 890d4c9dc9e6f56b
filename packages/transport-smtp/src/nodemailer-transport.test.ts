import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { MailError } from '@postern/core';
import {
  type Fault,
  type ReceivedEmail,
  type SmtpTrapOptions,
  startSmtpTrap,
  testEmail,
} from '@postern/testing';
import { describeTransportContract } from '@postern/testing/vitest';
import nodemailer from 'nodemailer';
import PostalMime from 'postal-mime';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNodemailerTransport, type NodemailerTransporter } from './index.js';

/** A trap and the options of a transporter for it. */
async function startTrap(trapOptions: SmtpTrapOptions = {}) {
  const trap = await startSmtpTrap(trapOptions);
  onTestFinished(() => trap.close());
  return { trap, options: { host: trap.host, port: trap.port, tls: { ca: trap.certificate } } };
}

async function parse(raw: Buffer, to: readonly string[]): Promise<ReceivedEmail> {
  const { from, subject = '', text = '', html, messageId, headers } = await PostalMime.parse(raw);
  return {
    envelope: { from: '', to },
    headers: headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    header: (name) => headers.find(({ key }) => key === name.toLowerCase())?.value,
    subject,
    ...(from?.address !== undefined && { from: { address: from.address } }),
    to: [],
    replyTo: [],
    text,
    ...(html !== undefined && { html }),
    ...(messageId !== undefined && { messageId }),
    raw,
    session: { connection: 1, secure: false, smtpUtf8: false },
  };
}

/** A program that saves its input, as sendmail queues it. It fails once if a file named `fail` exists. */
async function installSendmail() {
  const folder = await mkdtemp(join(tmpdir(), 'postern-sendmail-'));
  const path = join(folder, 'sendmail');
  await writeFile(
    path,
    `#!${process.execPath}
const { existsSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
process.chdir(__dirname);
const message = readFileSync(0);
if (existsSync('fail')) {
  rmSync('fail');
  process.exit(75);
}
writeFileSync(\`mail.\${process.pid}\`, JSON.stringify({ to: process.argv.slice(5), message: message.toString('latin1') }));
`,
  );
  await chmod(path, 0o755);
  return {
    path,
    failNext: () => writeFile(join(folder, 'fail'), ''),
    async received() {
      const files = (await readdir(folder)).filter((file) => file.startsWith('mail.'));
      return Promise.all(
        files.map(async (file) => {
          const { to, message } = JSON.parse(await readFile(join(folder, file), 'utf8'));
          return parse(Buffer.from(message, 'latin1'), to);
        }),
      );
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}

interface SesInput {
  FromEmailAddress: string;
  Destination: { ToAddresses: string[] };
  Content: { Raw: { Data: Buffer } };
}

/** A stub of the AWS SDK that responds as SES does. */
function createFakeSes() {
  const sent: SesInput[] = [];
  const failures: Error[] = [];
  const refuse = (name: string, httpStatusCode: number) =>
    Object.assign(new Error(`${name} of the service`), {
      name,
      $fault: 'client',
      $metadata: { httpStatusCode },
    });
  class SendEmailCommand {
    constructor(readonly input: SesInput) {}
  }
  return {
    sent,
    failures,
    refuse,
    SES: {
      SendEmailCommand,
      sesClient: {
        config: { region: async () => 'eu-west-1' },
        async send({ input }: SendEmailCommand) {
          const failure = failures.shift();
          if (failure) throw failure;
          if (input.FromEmailAddress === 'invalid@invalid') throw refuse('MessageRejected', 400);
          sent.push(input);
          return { MessageId: '0100-ses' };
        },
      },
    },
  };
}

const failureOf = async (promise: Promise<unknown>): Promise<MailError> => {
  const error: unknown = await promise.then(
    () => expect.unreachable('it should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MailError);
  return error as MailError; // just asserted
};

describe.each([
  ['SMTP', {}],
  ['an SMTP pool', { pool: true }],
] as const)('a transporter with %s', (name, more) => {
  describeTransportContract(name, async () => {
    const { trap, options } = await startTrap();
    return {
      transport: createNodemailerTransport(nodemailer.createTransport({ ...options, ...more })),
      received: () => trap.inbox.messages,
      failNext: () => trap.fault({ at: 'mail', kind: '5xx', times: 1 }),
      down: () => trap.close(),
    };
  });
});

describeTransportContract('a transporter with sendmail', async () => {
  const { path, ...sendmail } = await installSendmail();
  return {
    transport: createNodemailerTransport(nodemailer.createTransport({ sendmail: true, path })),
    ...sendmail,
  };
});

describeTransportContract('a transporter with SES', async () => {
  const ses = createFakeSes();
  return {
    transport: createNodemailerTransport(nodemailer.createTransport({ SES: ses.SES })),
    received: () =>
      Promise.all(
        ses.sent.map(({ Content, Destination }) => parse(Content.Raw.Data, Destination.ToAddresses)),
      ),
    failNext: () => ses.failures.push(ses.refuse('TooManyRequestsException', 429)),
  };
});

describeTransportContract('a transporter with a stream and a plugin', async () => {
  const received: ReceivedEmail[] = [];
  let fails = false;
  const transporter = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  transporter.use('compile', (_mail, callback) => {
    const error = fails ? new Error('The plugin failed') : null;
    fails = false;
    callback(error);
  });
  const recording: NodemailerTransporter = {
    ...{ transporter: transporter.transporter, use: transporter.use.bind(transporter) },
    async sendMail(mail) {
      const info = await transporter.sendMail(mail);
      received.push(await parse(Buffer.from(String(info.message)), [info.envelope.to].flat()));
      return info;
    },
  };
  return {
    transport: createNodemailerTransport(recording),
    received: () => received,
    failNext: () => {
      fails = true;
    },
  };
});

describe('createNodemailerTransport', () => {
  it('sends the whole email to one recipient, regardless of the transporter defaults', async () => {
    const { trap, options } = await startTrap();
    const defaults = { cc: 'eve@example.com', bcc: 'mallory@example.com', headers: { 'X-Default': 'kept' } };
    await using transport = createNodemailerTransport(nodemailer.createTransport(options, defaults), {
      envelopeFrom: 'bounces@example.com',
    });
    const email = testEmail({
      replyTo: [{ name: 'Help', address: 'help@example.com' }],
      headers: { 'Auto-Submitted': 'auto-generated', 'X-List': ['one', 'two'] },
    });
    const { response } = await transport.send(email);
    const [received] = trap.inbox.messages;
    expect(response).toMatch(/^250 /);
    expect(received?.envelope).toEqual({ from: 'bounces@example.com', to: [email.to] });
    expect(received).toMatchObject({
      from: email.from,
      to: [{ address: email.to }],
      replyTo: email.replyTo,
      subject: email.subject,
      messageId: email.messageId,
    });
    expect(received?.date?.getTime()).toBe(Math.floor(email.date.getTime() / 1000) * 1000);
    expect(received?.header('Auto-Submitted')).toBe('auto-generated');
    expect(received?.header('X-Default')).toBe('kept');
    expect(received?.header('Cc')).toBeUndefined();
    expect(received?.headers.filter(({ name }) => name === 'X-List').map(({ value }) => value)).toEqual([
      'one',
      'two',
    ]);
  });

  it('runs the plugins of the transporter on text and html', async () => {
    const { trap, options } = await startTrap();
    const transporter = nodemailer.createTransport(options);
    transporter.use('compile', (mail, callback) => {
      mail.data.html = String(mail.data.html).replace('</p>', ' (from a plugin)</p>');
      callback();
    });
    await using transport = createNodemailerTransport(transporter);
    await transport.send(testEmail());
    expect(trap.inbox.messages[0]?.html).toContain('(from a plugin)');
  });

  it('works with transports that never read the message', async () => {
    const transporter = nodemailer.createTransport({ jsonTransport: true });
    await using transport = createNodemailerTransport(transporter, { name: 'json' });
    await transport.verify();
    expect(await transport.send(testEmail())).toMatchObject({
      transport: 'json',
      response: 'accepted by json',
    });
  });

  it.each<[Fault, object]>([
    [
      { at: 'greeting', kind: '4xx' },
      { code: 'connection_failed', retryable: true },
    ],
    [
      { at: 'greeting', kind: 'reset' },
      { code: 'connection_failed', retryable: true },
    ],
    [
      { at: 'greeting', kind: 'stall' },
      { code: 'timeout', retryable: true },
    ],
    [
      { at: 'auth', kind: '5xx' },
      { code: 'auth_failed', stage: 'auth', retryable: false, responseCode: 535 },
    ],
    [
      { at: 'mail', kind: '4xx' },
      { code: 'connection_failed', stage: 'mail', retryable: true },
    ],
    [
      { at: 'rcpt', kind: '5xx' },
      { code: 'recipient_rejected', stage: 'rcpt', retryable: false, responseCode: 550 },
    ],
    [
      { at: 'rcpt', kind: 'reset' },
      { code: 'connection_failed', retryable: true },
    ],
    [
      { at: 'data', kind: '5xx' },
      { code: 'connection_failed', retryable: false },
    ],
    [
      { at: 'delivery', kind: '4xx' },
      { code: 'connection_failed', stage: 'delivery', retryable: true },
    ],
    [
      { at: 'delivery', kind: 'reset' },
      { code: 'delivery_unknown', stage: 'delivery' },
    ],
    [
      { at: 'delivery', kind: 'stall' },
      { code: 'delivery_unknown', stage: 'delivery' },
    ],
  ])('maps %o by its codes', async (fault, expected) => {
    const auth = { user: 'ada', pass: 'pass-phrase' };
    const { trap, options } = await startTrap({ auth });
    trap.fault(fault);
    const timeout = fault.kind === 'stall' ? 500 : 30_000;
    await using transport = createNodemailerTransport(
      nodemailer.createTransport({ ...options, auth, greetingTimeout: timeout, socketTimeout: timeout }),
    );
    expect(await failureOf(transport.send(testEmail()))).toMatchObject(expected);
  });

  it('reports delivery_unknown for both of two concurrent sends of an email', async () => {
    const { trap, options } = await startTrap();
    trap.fault({ at: 'delivery', kind: 'reset' });
    await using transport = createNodemailerTransport(nodemailer.createTransport(options));
    const email = testEmail();
    const failures = await Promise.all([1, 2].map(() => failureOf(transport.send(email))));
    expect(failures).toMatchObject([{ code: 'delivery_unknown' }, { code: 'delivery_unknown' }]);
  });

  it('maps an untrusted certificate', async () => {
    const { trap } = await startTrap({ tls: 'implicit' });
    await using transport = createNodemailerTransport(
      nodemailer.createTransport({ host: trap.host, port: trap.port, secure: true }),
    );
    expect(await failureOf(transport.verify())).toMatchObject({
      code: 'tls_failed',
      stage: 'tls',
      retryable: false,
    });
  });

  it.each([
    ['MessageRejected', 400, { code: 'message_rejected', retryable: false }],
    ['MailFromDomainNotVerifiedException', 400, { code: 'sender_rejected', retryable: false }],
    ['TooManyRequestsException', 429, { code: 'rate_limited', retryable: true }],
    ['AccessDeniedException', 403, { code: 'auth_failed', retryable: false }],
    ['InternalServiceErrorException', 500, { code: 'connection_failed', retryable: true }],
  ] as const)('maps %s of SES', async (name, status, expected) => {
    const ses = createFakeSes();
    ses.failures.push(ses.refuse(name, status));
    await using transport = createNodemailerTransport(nodemailer.createTransport({ SES: ses.SES }));
    expect(await failureOf(transport.send(testEmail()))).toMatchObject(expected);
  });

  it('reports an unverified sender as sender_rejected', async () => {
    const ses = createFakeSes();
    const message =
      'Email address is not verified. The following identities failed the check: noreply@example.com';
    ses.failures.push(Object.assign(ses.refuse('MessageRejected', 400), { message }));
    await using transport = createNodemailerTransport(nodemailer.createTransport({ SES: ses.SES }));
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code: 'sender_rejected' });
  });

  it('reports delivery_unknown if the response of SES is lost', async () => {
    const ses = createFakeSes();
    ses.failures.push(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    await using transport = createNodemailerTransport(nodemailer.createTransport({ SES: ses.SES }));
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code: 'delivery_unknown' });
  });

  it.each([
    ['fails', (path: string) => writeFile(join(path, '..', 'fail'), '')],
    ['is missing', (path: string) => rm(path)],
  ])('reports a sendmail that %s as retryable', async (_case, breakIt) => {
    const { path, dispose } = await installSendmail();
    onTestFinished(dispose);
    await breakIt(path);
    await using transport = createNodemailerTransport(nodemailer.createTransport({ sendmail: true, path }));
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({
      code: 'connection_failed',
      retryable: true,
    });
  });

  it('reports an abort after the message as delivery_unknown, and one before as aborted', async () => {
    const { trap, options } = await startTrap();
    await using transport = createNodemailerTransport(nodemailer.createTransport(options));
    for (const [at, code] of [
      ['rcpt', 'aborted'],
      ['delivery', 'delivery_unknown'],
    ] as const) {
      const fault = trap.fault({ at, kind: 'stall' });
      const controller = new AbortController();
      const failure = failureOf(transport.send(testEmail(), { signal: controller.signal }));
      await fault.waitUntilFired();
      controller.abort();
      expect(await failure).toMatchObject({ code });
      fault.clear();
    }
    expect(trap.inbox.messages).toEqual([]);
  });

  it('sends nothing after an abort during plugins, with any nodemailer version', async () => {
    const transporter = nodemailer.createTransport({ jsonTransport: true });
    const composing = Promise.withResolvers<void>();
    const composed = Promise.withResolvers<void>();
    transporter.use('compile', (_mail, callback) => {
      composing.resolve();
      composed.promise.then(() => callback());
    });
    const sent: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const older: NodemailerTransporter = {
      ...{ transporter: transporter.transporter, use: transporter.use.bind(transporter) },
      // Versions before 10.5 do not support signals.
      async sendMail({ signal: _signal, ...mail }) {
        try {
          const info = await transporter.sendMail(mail);
          sent.push(info);
          return info;
        } finally {
          done.resolve();
        }
      },
    };
    await using transport = createNodemailerTransport(older);
    const controller = new AbortController();
    const failure = failureOf(transport.send(testEmail(), { signal: controller.signal }));
    await composing.promise;
    controller.abort();
    expect(await failure).toMatchObject({ code: 'aborted' });
    composed.resolve();
    await done.promise;
    expect(sent).toEqual([]);
  });

  it('tracks an email even if a plugin replaces its envelope', async () => {
    const transporter = nodemailer.createTransport({
      name: 'api',
      version: '1',
      send: (_mail, callback) => callback(new Error('socket hang up'), {} as never), // an error without a result
    });
    transporter.use('compile', ({ data }, callback) => {
      data.envelope = { from: 'bounces@example.com', to: 'ada@example.com' };
      callback();
    });
    await using transport = createNodemailerTransport(transporter);
    expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code: 'delivery_unknown' });
  });

  it('reports a signal that timed out as timeout', async () => {
    const { trap, options } = await startTrap();
    trap.fault({ at: 'greeting', kind: 'stall' });
    await using transport = createNodemailerTransport(nodemailer.createTransport(options));
    const signal = AbortSignal.timeout(50);
    expect(await failureOf(transport.send(testEmail(), { signal }))).toMatchObject({ code: 'timeout' });
    expect(await failureOf(transport.verify({ signal }))).toMatchObject({ code: 'timeout' });
  });

  it('keeps secrets out of errors that quote them', async () => {
    const auth = { user: 'ada', pass: `pass-${randomUUID()}` };
    const { trap, options } = await startTrap({ auth });
    await using transport = createNodemailerTransport(nodemailer.createTransport({ ...options, auth }));
    const email = testEmail();
    const plain = Buffer.from(`\0ada\0${auth.pass}`).toString('base64');
    trap.fault({
      at: 'delivery',
      kind: '5xx',
      reply: `554 5.6.0 ${email.secrets.join(' ')} ${auth.pass} ${plain} ${email.to}`,
    });
    const error = await failureOf(transport.send(email));
    const shown = `${error.message} ${error.response} ${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`;
    for (const secret of [...email.secrets, auth.pass, plain, email.to]) expect(shown).not.toContain(secret);
  });
});

it('rejects transporter options instead of a transporter', () => {
  const options = { host: 'smtp.example.com', port: 587 } as unknown as NodemailerTransporter;
  expect(() => createNodemailerTransport(options)).toThrow(
    'transporter: must be a transporter, such as nodemailer.createTransport(…)',
  );
});
