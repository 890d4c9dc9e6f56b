import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { createMailer, parseConnectorConfig } from '@postern/core';
import { type FaultStage, startSmtpTrap, testEmail } from '@postern/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodemailerTransport, createSmtpTransport } from './index.js';

const password = 'correct-horse-battery';
const code = '739204';
const token = 'eyJhbGciOiJub25lIn0.payload.tail';
const link = `https://example.com/verify?email=ada&token=${token}`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The secrets in every encoding that is sent. */
const forbidden = [password, code, token, link, base64(password), base64(`\0ada\0${password}`)];

/** Everything that this process prints. */
let printed = '';
let restore: () => void;

beforeEach(() => {
  printed = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  });
  const originals = { console: globalThis.console, out: process.stdout.write, err: process.stderr.write };
  globalThis.console = new Console(sink, sink);
  const capture: typeof process.stdout.write = (chunk: string | Uint8Array) => sink.write(chunk);
  process.stdout.write = capture;
  process.stderr.write = capture;
  restore = () => {
    globalThis.console = originals.console;
    process.stdout.write = originals.out;
    process.stderr.write = originals.err;
  };
});

afterEach(() => restore());

describe('with logger and debug on and a server that echoes everything back', () => {
  // The server repeats all input in its refusal.
  const echo = (status: string) =>
    `${status} you said ${password} ${base64(`\0ada\0${password}`)} ${code} ${link} for ada@example.com`;
  const replies: Array<[at: FaultStage, reply: string]> = [
    ['auth', echo('535 5.7.8')],
    ['mail', echo('550 5.7.1')],
    ['rcpt', echo('550 5.1.1')],
    ['data', echo('554 5.7.1')],
    ['delivery', echo('554 5.6.0')],
  ];

  it.each(replies)('no output, error, or inspection contains a secret (%s)', async (at, reply) => {
    await using trap = await startSmtpTrap({ auth: { user: 'ada', pass: password } });
    const config = parseConnectorConfig({
      host: trap.host,
      port: trap.port,
      auth: { user: 'ada', pass: password },
      tls: { ca: trap.certificate },
      logger: true,
      debug: true,
      fromEmail: 'noreply@example.com',
      templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
        usageType,
        contentType: 'text/html',
        subject: '{{code}} is your code',
        content: '<p>{{code}} <a href="{{link}}">Sign in</a></p>',
      })),
    });
    const transport = createSmtpTransport(config);
    await using mailer = createMailer({ config, transport, logger: console });
    trap.fault({ at, kind: '5xx', reply, times: at === 'auth' ? 2 : 1 }); // the next mechanism follows a refusal
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code, link } } as const;

    const error: unknown = await mailer.send(request).catch((reason: unknown) => reason);
    const receipt = await mailer.send(request);
    const email = await mailer.render(request);
    const { log } = console;
    log(error, receipt, email, config, transport, mailer);
    log(String(error), JSON.stringify(error), JSON.stringify(receipt));
    log(
      inspect([error, receipt, email, config, transport, mailer], {
        depth: 20,
        showHidden: true,
        getters: true,
      }),
    );

    expect(printed).toContain('smtp.dialogue');
    expect(printed).toContain('mail.failed');
    for (const secret of forbidden) expect(printed).not.toContain(secret);
    // Addresses in logs are masked. Only the receipt and the email contain the recipient.
    const logged = printed.split('\n').filter((line) => line.includes('"event"'));
    expect(logged.length).toBeGreaterThan(5);
    for (const line of logged) expect(line).not.toContain('ada@example.com');
  });
});

it('protects an email that is sent twice at the same time', async () => {
  await using trap = await startSmtpTrap();
  await using transport = createSmtpTransport(
    { host: trap.host, port: trap.port, tls: { ca: trap.certificate } },
    { maxConnections: 1 },
  );
  const email = testEmail({ text: code, secrets: [code] });
  const refused = trap.fault({ at: 'rcpt', kind: '5xx', reply: `550 5.7.1 ${code}`, message: 2 });
  const [, second] = await Promise.allSettled([transport.send(email), transport.send(email)]);
  expect(refused.fired).toBe(1);
  expect(inspect(second)).toContain('550 5.7.1');
  expect(inspect(second)).not.toContain(code);
});

it('removes secrets from positive replies', async () => {
  await using trap = await startSmtpTrap();
  await using transport = createSmtpTransport({
    host: trap.host,
    port: trap.port,
    tls: { ca: trap.certificate },
  });
  const config = parseConnectorConfig({
    host: trap.host,
    port: trap.port,
    auth: {},
    fromEmail: 'noreply@example.com',
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
      usageType,
      contentType: 'text/plain',
      subject: 'Code',
      content: '{{code}}',
    })),
  });
  await using mailer = createMailer({ config, transport });
  const receipt = await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code } });
  expect(JSON.stringify(receipt)).not.toContain(code);
});

/** The forms in which servers repeat their input. */
const SPELLINGS: Record<string, (text: string) => string> = {
  capitals: (text) => text.toUpperCase(),
  'angle brackets': (text) => `<${text}>`,
  'percent-encoding': encodeURIComponent,
  xtext: (text) => text.replaceAll('@', '+40'),
  'HTML entities': (text) => text.replaceAll('@', '&#64;').replaceAll('.', '&period;'),
  base64: (text) => base64(`<${text}>`),
  'two lines': (text) => `${text.slice(0, 3)}\r\n550 5.1.1 ${text.slice(3)}`,
};

describe.each(Object.entries(SPELLINGS))('a server that repeats its input in %s', (_name, spell) => {
  it.each(['Ada.Lovelace@example.com', '"Ada L"@example.com', 'jos\u00e9@example.com'])(
    'reveals neither %s nor a secret',
    async (to) => {
      await using trap = await startSmtpTrap();
      const events: unknown[] = [];
      const log = (event: unknown) => void events.push(event);
      await using transport = createSmtpTransport(
        { host: trap.host, port: trap.port, tls: { ca: trap.certificate }, debug: true },
        { logger: { debug: log, info: log, warn: log, error: log } },
      );
      const email = testEmail({ to, secrets: [code, link] });
      const said = [to, code, link];
      const reply = said.map((each, index) => `550${index < 2 ? '-' : ' '}${spell(each)}`).join('\r\n');
      trap.fault({ at: 'rcpt', kind: '5xx', reply, times: 1 });
      const error = await transport.send(email).catch((reason: unknown) => reason);
      const accepted = reply.replaceAll('550', '250').replaceAll('\r', '');
      const { response } = await createNodemailerTransport({
        sendMail: async () => ({ response: accepted }),
      }).send(email);

      expect(error).toMatchObject({ code: 'recipient_rejected', responseCode: 550 });
      const shown = inspect([error, response, events], { depth: 20, showHidden: true })
        .normalize()
        .toLowerCase();
      for (const secret of [to.replace(/@.*/, '').replaceAll('"', ''), code, token, link]) {
        expect(shown).not.toContain(secret.toLowerCase());
        expect(shown).not.toContain(spell(secret).toLowerCase());
      }
    },
  );
});
