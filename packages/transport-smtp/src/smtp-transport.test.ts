import { inspect } from 'node:util';
import { ConfigError, type Email, type LogEvent, type Logger, MailError } from '@postern/core';
import { type SmtpTrapOptions, startSmtpTrap, testEmail } from '@postern/testing';
import { describeTransportContract } from '@postern/testing/vitest';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSmtpTransport, type SmtpTransportConfig, type SmtpTransportOptions } from './index.js';

/** A trap and a transport for it. */
async function setUp(
  trapOptions: SmtpTrapOptions = {},
  config: Partial<SmtpTransportConfig> = {},
  options: SmtpTransportOptions = {},
) {
  const trap = await startSmtpTrap(trapOptions);
  const transport = createSmtpTransport(
    {
      host: trap.host,
      port: trap.port,
      secure: trapOptions.tls === 'implicit',
      tls: { ca: trap.certificate },
      ...config,
    },
    options,
  );
  onTestFinished(async () => {
    await transport.close();
    await trap.close();
  });
  return { trap, transport };
}

function recordingLogger() {
  const events: LogEvent[] = [];
  const log = (level: string) => (event: LogEvent) => void events.push({ ...event, level });
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  return { logger, events };
}

const failureOf = async (promise: Promise<unknown>): Promise<MailError> => {
  const error: unknown = await promise.then(
    () => expect.unreachable('it should have failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MailError);
  return error as MailError; // just asserted
};

/** Resolves every name to loopback, to test hosts other than this machine. */
const toLoopback: SmtpTransportOptions['lookup'] = (_hostname, options, callback) =>
  options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);

describeTransportContract('smtp', async () => {
  const trap = await startSmtpTrap();
  return {
    transport: createSmtpTransport({ host: trap.host, port: trap.port, tls: { ca: trap.certificate } }),
    received: () => trap.inbox.messages,
    failNext: () => trap.fault({ at: 'mail', kind: '5xx', times: 1 }),
    down: () => trap.close(),
    dispose: () => trap.close(),
  };
});

describe('the pool', () => {
  it('sends sequential messages over one connection', async () => {
    const { trap, transport } = await setUp();
    for (let i = 0; i < 5; i += 1) await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ connections: 1, messages: 5 });
  });

  it('opens at most maxConnections', async () => {
    const { trap, transport } = await setUp({}, {}, { maxConnections: 3 });
    await Promise.all(Array.from({ length: 30 }, () => transport.send(testEmail())));
    expect(trap.stats.messages).toBe(30);
    expect(trap.stats.peakConnections).toBeLessThanOrEqual(3);
    expect(trap.stats.connections).toBeLessThanOrEqual(3);
  });

  it('replaces a connection after maxMessages', async () => {
    const { trap, transport } = await setUp({}, {}, { maxConnections: 1, maxMessages: 2 });
    for (let i = 0; i < 5; i += 1) await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ connections: 3, messages: 5 });
  });

  it.each([undefined, 'backup'])('sets its name in the receipt: %s', async (name) => {
    const { transport } = await setUp({}, {}, { name });
    const receipt = await transport.send(testEmail());
    expect([transport.name, receipt.transport]).toEqual([name ?? 'smtp', name ?? 'smtp']);
  });

  it.each(['fin', '421'] as const)(
    'does not use a connection that the server closed while it was idle (%s)',
    async (how) => {
      const { trap, transport } = await setUp({}, {}, { maxConnections: 2 });
      await Promise.all([transport.send(testEmail()), transport.send(testEmail())]);
      expect(await trap.closeIdleConnections(how)).toBe(2);
      const receipt = await transport.send(testEmail());
      expect(receipt.attempts).toBe(1);
      expect(trap.stats).toMatchObject({ connections: 3, messages: 3 });
    },
  );

  it.each(['reset', '4xx'] as const)('replaces a dead connection at the next message (%s)', async (kind) => {
    const { trap, transport } = await setUp({}, {}, { maxConnections: 1 });
    await transport.send(testEmail());
    trap.fault({
      at: 'mail',
      kind,
      connection: 1,
      ...(kind === '4xx' && { reply: '421 4.4.2 Idle for too long' }),
    });
    const receipt = await transport.send(testEmail());
    expect(receipt.attempts).toBe(1);
    expect(trap.stats).toMatchObject({ connections: 2, messages: 2 });
  });

  it('closes a connection that was idle for idleTimeoutMs', async () => {
    const { trap, transport } = await setUp({}, {}, { idleTimeoutMs: 5 });
    await transport.send(testEmail());
    await trap.waitForConnectionClose();
    expect(trap.stats).toMatchObject({ connections: 1, openConnections: 0 });
    expect(trap.sessions[0]?.commands.at(-1)).toBe('QUIT');
    await transport.send(testEmail());
    expect(trap.stats.messages).toBe(2);
  });

  it('keeps the connection after a refused recipient', async () => {
    const { trap, transport } = await setUp();
    trap.fault({ at: 'rcpt', kind: '5xx', times: 1 });
    await failureOf(transport.send(testEmail()));
    await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ connections: 1, messages: 1 });
  });

  it.each(['mail', 'rcpt', 'delivery'] as const)(
    'replaces a connection after three refusals at %s, before the server slows it down',
    async (at) => {
      const { trap, transport } = await setUp({}, {}, { maxConnections: 1 });
      trap.fault({ at, kind: '5xx', times: 3 });
      for (let refused = 0; refused < 3; refused++) await failureOf(transport.send(testEmail()));
      expect(trap.stats.connections).toBe(1);
      await transport.send(testEmail());
      expect(trap.stats).toMatchObject({ connections: 2, messages: 1 });
      expect(trap.sessions[0]?.commands.at(-1)).toBe('QUIT');
    },
  );
});

it('writes an IPv6 address in brackets in front of its port', async () => {
  const { trap } = await setUp();
  await trap.close();
  await using transport = createSmtpTransport({ host: '::1', port: trap.port });
  await expect(transport.verify()).rejects.toThrow(`[::1]:${trap.port}`);
});

describe('close', () => {
  it('finishes emails in flight and waiting emails, and then closes every connection', async () => {
    const { trap, transport } = await setUp({}, {}, { maxConnections: 2 });
    const sends = Array.from({ length: 10 }, () => transport.send(testEmail()));
    await transport.close();
    await Promise.all(sends);
    expect(trap.stats.messages).toBe(10);
    await trap.waitForConnectionClose();
    await expect(transport.send(testEmail())).rejects.toBeMailError('closed', { retryable: false });
    await expect(transport.verify()).rejects.toBeMailError('closed');
  });
});

describe('MAIL FROM and RCPT TO', () => {
  it('announce the size of the message without the SMTP dots', async () => {
    const email = testEmail({ text: '.\n..\n...', html: undefined } as Partial<Email>);
    const { trap, transport } = await setUp();
    await transport.send(email);
    const [received] = trap.inbox.messages;
    const { transport: tight } = await setUp({ size: received?.raw.length ?? 0 });
    await tight.send(email);
    const { transport: tooTight } = await setUp({ size: (received?.raw.length ?? 0) - 1 });
    expect(await failureOf(tooTight.send(email))).toMatchObject({ code: 'message_rejected' });
  });

  it.each([{ to: 'a\0@example.com' }, { from: { address: 'a\u001b@example.com' } }])(
    'never contain an address with control characters (%j)',
    async (addresses) => {
      const { trap, transport } = await setUp();
      expect(await failureOf(transport.send(testEmail(addresses)))).toMatchObject({
        code: 'recipient_invalid',
      });
      expect(trap.stats.commands.MAIL ?? 0).toBe(0);
    },
  );
});

describe('abort', () => {
  it('ends a send that waits for a reply without affecting the next one', async () => {
    const { trap, transport } = await setUp({}, {}, { maxConnections: 1 });
    trap.fault({ at: 'rcpt', kind: 'stall', times: 1 });
    const controller = new AbortController();
    const email = testEmail();
    const sending = failureOf(transport.send(email, { signal: controller.signal }));
    await trap.waitUntil((stats) => stats.commands.RCPT === 1);
    controller.abort();
    expect(await sending).toMatchObject({ code: 'aborted', retryable: false });
    await transport.send(testEmail());
    expect(trap.inbox.messages.map(({ messageId }) => messageId)).not.toContain(email.messageId);
  });

  it('ends a send that waits for a connection', async () => {
    const { trap, transport } = await setUp({}, {}, { maxConnections: 1 });
    const stalled = trap.fault({ at: 'mail', kind: 'stall', times: 1 });
    const first = new AbortController();
    const busy = failureOf(transport.send(testEmail(), { signal: first.signal }));
    await trap.waitUntil((stats) => stats.commands.MAIL === 1);
    const second = new AbortController();
    const waiting = failureOf(transport.send(testEmail(), { signal: second.signal }));
    second.abort();
    expect(await waiting).toMatchObject({ code: 'aborted' });
    first.abort();
    await busy;
    expect(stalled.fired).toBe(1);
  });

  it.each(['none', 'starttls', 'implicit'] as const)(
    'reports that the message was sent as soon as it was (TLS: %s)',
    async (tls) => {
      const controller = new AbortController();
      /** The content is written one turn of the event loop after the go-ahead. This aborts in that turn, right after it. */
      const abortSoon = ({ line }: LogEvent) => {
        if (String(line).startsWith('354'))
          queueMicrotask(() => process.nextTick(() => setImmediate(() => controller.abort())));
      };
      const { trap, transport } = await setUp(
        { tls },
        { debug: true },
        { logger: { debug: abortSoon, info() {}, warn() {}, error() {} } },
      );
      trap.fault({ at: 'delivery', kind: 'stall', times: 1 });
      const error = await failureOf(transport.send(testEmail(), { signal: controller.signal }));
      expect(error).toMatchObject({ code: 'aborted', stage: 'delivery' });
      expect(error.message).toContain('may still be delivered');
    },
  );

  it('ends a send at the moment when TLS is established', async () => {
    const controller = new AbortController();
    let greetings = 0;
    /** The second EHLO is sent as soon as TLS is established. */
    const abortThen = ({ from, line }: LogEvent) => {
      if (from !== 'client' || !String(line).startsWith('EHLO')) return;
      greetings += 1;
      if (greetings === 2) controller.abort();
    };
    const { trap, transport } = await setUp(
      { tls: 'starttls' },
      { debug: true },
      { logger: { debug: abortThen, info() {}, warn() {}, error() {} } },
    );
    const error = await failureOf(transport.send(testEmail(), { signal: controller.signal }));
    expect(error).toMatchObject({ code: 'aborted' });
    await trap.waitForConnectionClose();
  });

  it('ends a send while it connects', async () => {
    const { trap, transport } = await setUp();
    trap.fault({ at: 'greeting', kind: 'stall', times: 1 });
    const controller = new AbortController();
    const sending = failureOf(transport.send(testEmail(), { signal: controller.signal }));
    await trap.waitForConnections(1);
    controller.abort();
    expect(await sending).toMatchObject({ code: 'aborted' });
  });
});

describe('login', () => {
  it.each(['PLAIN', 'LOGIN'] as const)('logs in with %s', async (method) => {
    const { trap, transport } = await setUp(
      { auth: { user: 'ada', pass: 'pass-phrase' }, authMethods: [method] },
      { auth: { user: 'ada', pass: 'pass-phrase' } },
    );
    await transport.send(testEmail());
    expect(trap.sessions[0]?.user).toBe('ada');
    expect(trap.sessions[0]?.secure).toBe(true);
  });

  it('reports a wrong password as auth_failed with the server reply', async () => {
    const { trap, transport } = await setUp(
      { auth: { user: 'ada', pass: 'right' } },
      { auth: { user: 'ada', pass: 'wrong-password' } },
    );
    trap.fault({
      at: 'auth',
      kind: '5xx',
      reply: '535-5.7.8 Username and Password not accepted\r\n535 5.7.8 (wrong-password)',
    });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code: 'auth_failed', stage: 'auth', retryable: false, responseCode: 535 });
    expect(error.response).toContain('Username and Password not accepted');
    expect(inspect(error)).not.toContain('wrong-password');
  });

  it('sends without a login and logs a warning if the server offers none, with missingAuth: "warn"', async () => {
    const { logger, events } = recordingLogger();
    const auth = { user: 'ada', pass: 'pass-phrase' };
    const { trap, transport } = await setUp({}, { auth }, { missingAuth: 'warn', logger });
    await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ messages: 1, logins: 0 });
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'smtp.login_not_offered', level: 'warn' }),
    );
  });

  it('reports that the server does not allow logins', async () => {
    const { transport } = await setUp({}, { auth: { user: 'ada', pass: 'pass-phrase' } });
    const error = await failureOf(transport.verify());
    expect(error).toMatchObject({ code: 'auth_failed', stage: 'auth' });
    expect(error.hint).toContain('remove auth');
  });
});

describe('TLS', () => {
  it('uses implicit TLS with secure: true', async () => {
    const { trap, transport } = await setUp({ tls: 'implicit' });
    await transport.send(testEmail());
    expect(trap.sessions[0]?.secure).toBe(true);
  });

  it('uses STARTTLS if the server offers it', async () => {
    const { trap, transport } = await setUp();
    await transport.send(testEmail());
    expect(trap.stats.tlsUpgrades).toBe(1);
  });

  it('sends in plain text to this machine', async () => {
    const auth = { user: 'ada', pass: 'pass-phrase' };
    const { trap, transport } = await setUp({ tls: 'none', auth }, { auth });
    await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ messages: 1, tlsUpgrades: 0 });
  });

  describe('with credentials, another host, and a server without TLS', () => {
    const auth = { user: 'ada', pass: 'pass-phrase' };
    const elsewhere = { host: 'smtp.example.test', auth };

    it('fails before the credentials are sent', async () => {
      const { trap, transport } = await setUp({ tls: 'none', auth }, elsewhere, { lookup: toLoopback });
      const error = await failureOf(transport.send(testEmail()));
      expect(error).toMatchObject({ code: 'tls_failed', stage: 'tls', retryable: false });
      expect(error.hint).toContain('"secure": true');
      // An attacker who removes STARTTLS tries to get the credentials.
      expect(error.hint).not.toContain('ignoreTLS');
      expect(trap.stats.commands.AUTH).toBeUndefined();
    });

    it('sends with ignoreTLS: true', async () => {
      const { trap, transport } = await setUp(
        { tls: 'none', auth },
        { ...elsewhere, ignoreTLS: true },
        { lookup: toLoopback },
      );
      await transport.send(testEmail());
      expect(trap.stats.messages).toBe(1);
    });

    it('sends and warns with plaintextAuth: "warn"', async () => {
      const { logger, events } = recordingLogger();
      const { trap, transport } = await setUp({ tls: 'none', auth }, elsewhere, {
        lookup: toLoopback,
        plaintextAuth: 'warn',
        logger,
      });
      await transport.send(testEmail());
      expect(trap.stats.messages).toBe(1);
      expect(events).toContainEqual(
        expect.objectContaining({ event: 'smtp.plaintext_auth', level: 'warn', host: 'smtp.example.test' }),
      );
    });

    it('sends without credentials', async () => {
      const { trap, transport } = await setUp(
        { tls: 'none' },
        { host: 'smtp.example.test' },
        { lookup: toLoopback },
      );
      await transport.send(testEmail());
      expect(trap.stats.messages).toBe(1);
    });
  });

  it.each([
    { name: 'self-signed', trap: {}, config: { tls: {} }, says: 'is self-signed', hint: 'tls.ca' },
    {
      name: 'expired',
      trap: { certificate: { expired: true } },
      config: {},
      says: 'has expired',
      hint: 'Renew',
    },
    {
      name: 'for another name',
      trap: { certificate: { hostnames: ['mail.example.test'] } },
      config: { servername: 'smtp.example.test' },
      says: 'is for a different host name',
      hint: 'servername',
    },
  ])('reports the problem of a certificate: $name', async ({ trap: trapOptions, config, says, hint }) => {
    for (const tls of ['starttls', 'implicit'] as const) {
      const { transport } = await setUp({ ...trapOptions, tls }, { requireTLS: true, ...config });
      const error = await failureOf(transport.send(testEmail()));
      expect(error).toMatchObject({ code: 'tls_failed', stage: 'tls', retryable: false });
      expect(error.message).toContain(says);
      expect(error.hint).toContain(hint);
    }
  });

  it('reports a port that does not use implicit TLS', async () => {
    const { transport } = await setUp({}, { secure: true });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code: 'tls_failed', stage: 'tls' });
    expect(error.hint).toContain('"secure": false');
  });

  it('suggests implicit TLS for a port without a greeting', async () => {
    const { transport } = await setUp({ tls: 'implicit' }, { secure: false, greetingTimeout: 100 });
    const error = await failureOf(transport.send(testEmail()));
    expect(error).toMatchObject({ code: 'timeout', stage: 'greeting', retryable: true });
    expect(error.hint).toContain('"secure": true');
  });
});

describe('connecting', () => {
  it('reports a closed port', async () => {
    const trap = await startSmtpTrap();
    await trap.close();
    await using transport = createSmtpTransport({ host: trap.host, port: trap.port });
    const error = await failureOf(transport.verify());
    expect(error).toMatchObject({ code: 'connection_failed', stage: 'connect', retryable: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('reports an unknown host', async () => {
    const lookup: SmtpTransportOptions['lookup'] = (hostname, _options, callback) =>
      callback(
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
          code: 'ENOTFOUND',
          syscall: 'getaddrinfo',
        }),
        '',
      );
    await using transport = createSmtpTransport({ host: 'smtp.exmaple.test', port: 587 }, { lookup });
    const error = await failureOf(transport.verify());
    expect(error).toMatchObject({ code: 'connection_failed', stage: 'dns', retryable: true });
    expect(error.hint).toContain('typos');
  });

  it('times out a DNS lookup after dnsTimeout', async () => {
    await using transport = createSmtpTransport(
      { host: 'smtp.example.test', port: 587, dnsTimeout: 20 },
      { lookup: () => {} },
    );
    expect(await failureOf(transport.verify())).toMatchObject({
      code: 'timeout',
      stage: 'dns',
      retryable: true,
    });
  });
});

describe('the sent message', () => {
  it('announces SMTPUTF8 for an internationalized address', async () => {
    const { trap, transport } = await setUp();
    await transport.send(testEmail({ to: 'δοκιμή@xn--hxajbheg2az3al.xn--jxalpdlp' }));
    const [email] = trap.inbox.messages;
    expect(trap.sessions[0]?.commands.find((line) => line.startsWith('MAIL'))).toContain('SMTPUTF8');
    expect(email?.envelope.to).toEqual(['δοκιμή@xn--hxajbheg2az3al.xn--jxalpdlp']);
  });

  it('rejects an internationalized address if the server does not support it, and keeps working', async () => {
    const { trap, transport } = await setUp({ hideExtensions: ['SMTPUTF8'] });
    const error = await failureOf(transport.send(testEmail({ to: 'δοκιμή@example.com' })));
    expect(error).toMatchObject({ code: 'recipient_rejected', stage: 'rcpt', retryable: false });
    await transport.send(testEmail());
    expect(trap.stats).toMatchObject({ connections: 1, messages: 1 });
  });

  it('delivers to unusual addresses exactly as given', async () => {
    const { trap, transport } = await setUp();
    const addresses = ["o'hara+tag=x@example.com", '{curly}|pipe@example.com', 'ünïcode@example.com'];
    for (const to of addresses) await transport.send(testEmail({ to }));
    expect(trap.inbox.messages.flatMap(({ envelope }) => envelope.to)).toEqual(addresses);
  });

  it('sends a quoted local part unchanged', async () => {
    const { trap, transport } = await setUp();
    // The trap does not support such addresses, but it records the command.
    await failureOf(transport.send(testEmail({ to: '"a b"@example.com' })));
    expect(trap.sessions[0]?.commands).toContain('RCPT TO:<"a b"@example.com>');
  });

  it('uses the envelope sender of the config', async () => {
    const { trap, transport } = await setUp({}, { envelopeFrom: 'bounces@example.com' });
    await transport.send(testEmail());
    expect(trap.inbox.messages[0]?.envelope.from).toBe('bounces@example.com');
  });

  it('accepts an envelope sender with an internationalized domain', async () => {
    const { trap, transport } = await setUp(
      { hideExtensions: ['SMTPUTF8'] },
      { envelopeFrom: 'bounces@bücher.example' },
    );
    await transport.send(testEmail());
    expect(trap.inbox.messages[0]?.envelope.from).toBe('bounces@xn--bcher-kva.example');
  });

  it('keeps header fields, their order of values, and the display name', async () => {
    const { trap, transport } = await setUp();
    await transport.send(
      testEmail({
        from: { name: 'Grüße, "Acme" <x@evil.example>', address: 'noreply@example.com' },
        replyTo: [{ address: 'help@example.com' }, { name: 'Desk', address: 'desk@example.com' }],
        headers: {
          'Auto-Submitted': 'auto-generated',
          'X-Tag': ['one', 'two'],
          'OTP-Token': '"123456"; origin="https://example.com"',
        },
      }),
    );
    const email = trap.inbox.messages[0];
    expect(email?.from).toEqual({ name: 'Grüße, "Acme" <x@evil.example>', address: 'noreply@example.com' });
    expect(email?.replyTo?.map(({ address }) => address)).toEqual(['help@example.com', 'desk@example.com']);
    expect(email?.header('auto-submitted')).toBe('auto-generated');
    expect(email?.header('otp-token')).toBe('"123456"; origin="https://example.com"');
    expect(
      email?.headers.filter(({ name }) => name.toLowerCase() === 'x-tag').map(({ value }) => value),
    ).toEqual(['one', 'two']);
  });
});

describe('the config', () => {
  it('accepts a whole connector config, and ports as strings', async () => {
    const trap = await startSmtpTrap();
    await using transport = createSmtpTransport({
      host: trap.host,
      port: String(trap.port),
      tls: { ca: trap.certificate },
    });
    await transport.verify();
    await transport.close();
    await trap.close();
  });

  it('resolves well-known services', () => {
    expect(() =>
      createSmtpTransport({ service: 'SendGrid', auth: { user: 'apikey', pass: 'SG.x' } }),
    ).not.toThrow();
    expect(() => createSmtpTransport({ service: 'NoSuchService' })).toThrow(ConfigError);
  });

  it('rejects invalid configs before anything is sent', () => {
    expect(() => createSmtpTransport({ host: 'smtp.example.com', port: 'abc' })).toThrow(
      'port must be a number from 1 to 65535, not "abc"',
    );
    expect(() => createSmtpTransport({ host: 'smtp.example.com', port: 587 }, { maxConnections: 0 })).toThrow(
      'must be 1 or more',
    );
  });

  it.each([
    {
      name: 'tls',
      config: { tls: { minVersion: 'TLSv9' } },
      says: 'must be one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3',
    },
    {
      name: 'dkim.privateKey',
      config: { dkim: { domainName: 'example.com', keySelector: 's1', privateKey: 'no key' } },
      says: 'RSA private key',
    },
    { name: 'localAddress', config: { localAddress: 'eth0' }, says: 'IP address' },
    { name: 'envelopeFrom', config: { envelopeFrom: 'a@example.com\r\nDATA' }, says: 'one address' },
  ])('rejects an invalid $name', ({ name, config, says }) => {
    const create = () => createSmtpTransport({ host: 'smtp.example.com', port: 587, ...config });
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(name);
    expect(create).toThrow(says);
  });

  it('uses the TLS mode of a well-known service only with its own port', async () => {
    const trap = await startSmtpTrap({ tls: 'none' });
    // Gmail is listed with port 465 and implicit TLS.
    const { host, port } = trap;
    await using transport = createSmtpTransport({ service: 'Gmail', host, port });
    await transport.verify();
    await transport.close();
    await trap.close();
  });

  it('shows no password when it is inspected', () => {
    const transport = createSmtpTransport({
      host: 'smtp.example.com',
      port: 587,
      auth: { user: 'ada', pass: 'pass-phrase' },
    });
    expect(inspect(transport, { depth: 10, showHidden: true })).not.toContain('pass-phrase');
  });
});
