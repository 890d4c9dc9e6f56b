import dns from 'node:dns';
import { inspect } from 'node:util';
import {
  ConnectorError,
  type GetI18nEmailTemplate,
  type SendMessageData,
  TemplateType,
} from '@logto/connector-kit';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ZodError } from 'zod';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

afterEach(async () => {
  await closeTransports();
});

const LOGIN = { user: 'mailer', pass: 'hunter2-hunter2' };
const TYPES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'];
const templates = (more: object = {}) =>
  TYPES.map((usageType) => ({
    usageType,
    contentType: 'text/plain',
    subject: `${usageType} {{code}}`,
    content: 'Your code is {{code}}.',
    ...more,
  }));

const configFor = (trap: SmtpTrap, more: object = {}) => ({
  host: trap.host,
  port: trap.port,
  auth: LOGIN,
  tls: { ca: trap.certificate },
  fromEmail: 'Example <noreply@example.com>',
  templates: templates(),
  ...more,
});

const message = (more: Partial<SendMessageData> = {}): SendMessageData => ({
  to: 'ada@example.com',
  type: TemplateType.SignIn,
  payload: { code: '482913' },
  ...more,
});

/** Creates the connector as Logto does, for a stored config. */
async function connectorFor(config: unknown, getI18nEmailTemplate?: GetI18nEmailTemplate) {
  const getConfig = vi.fn(async () => config);
  return { getConfig, ...(await createConnector({ getConfig, getI18nEmailTemplate })) };
}

async function startTrap(options: Parameters<typeof startSmtpTrap>[0] = { auth: LOGIN }) {
  const trap = await startSmtpTrap(options);
  onTestFinished(() => trap.close());
  return trap;
}

/** The console output of the connector. */
function captureLog() {
  const lines: Record<string, unknown>[] = [];
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    const spy = vi
      .spyOn(console, level)
      .mockImplementation((line: string) => void lines.push({ level, ...JSON.parse(line) }));
    onTestFinished(() => spy.mockRestore());
  }
  return lines;
}

const failureOf = async (sending: Promise<unknown>): Promise<ConnectorError> => {
  const error = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectorError)) throw new Error('no ConnectorError', { cause: error });
  return error;
};

describe('a message', () => {
  test('is sent with the stored config and the template of its usage type', async () => {
    const trap = await startTrap();
    const { sendMessage, getConfig } = await connectorFor(configFor(trap));
    const receipt = await sendMessage(message());
    expect(getConfig).toHaveBeenCalledWith('simple-mail-transfer-protocol');
    expect(receipt).toMatchObject({ accepted: 'ada@example.com', transport: 'smtp' });
    const [email] = trap.inbox.messages;
    expect(email).toMatchObject({
      subject: 'SignIn 482913',
      text: 'Your code is 482913.\n',
      from: { name: 'Example', address: 'noreply@example.com' },
      envelope: { from: 'noreply@example.com', to: ['ada@example.com'] },
      session: { secure: true, user: 'mailer' },
    });
  });

  test('is sent with the tested config', async () => {
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(undefined);
    await sendMessage(message({ type: TemplateType.Generic, payload: { code: '000000' } }), configFor(trap));
    expect(trap.inbox.messages[0]?.subject).toBe('Generic 000000');
  });

  test('of a type without a template uses the Generic template', async () => {
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(configFor(trap));
    await sendMessage(message({ type: TemplateType.BindMfa }));
    expect(trap.inbox.messages[0]?.subject).toBe('Generic 482913');
  });

  test('keeps placeholders without a value, and renders missing properties as empty', async () => {
    const trap = await startTrap();
    const content =
      '{{code}}|{{ link }}|{{user.name}}|{{application.name}}|{{a.0.b}}|{{organization.name.x}}';
    const { sendMessage } = await connectorFor(configFor(trap, { templates: templates({ content }) }));
    await sendMessage(
      message({ payload: { code: '1234', application: {}, a: [{ b: 7 }], organization: { name: null } } }),
    );
    expect(trap.inbox.messages[0]?.text).toBe('1234|{{ link }}|{{user.name}}||7|\n');
  });

  test('escapes values only in HTML', async () => {
    const trap = await startTrap();
    const html = templates({
      contentType: 'text/html',
      subject: '{{application.name}}',
      content: '<b>{{application.name}}</b>',
    });
    const { sendMessage } = await connectorFor(configFor(trap, { templates: html }));
    await sendMessage(message({ payload: { application: { name: '<i>A & B</i>' } } }));
    expect(trap.inbox.messages[0]).toMatchObject({
      subject: '<i>A & B</i>',
      html: '<b>&lt;i&gt;A &amp; B&lt;/i&gt;</b>\n',
      text: '<i>A & B</i>\n',
    });
  });

  test('rejects a link that is not a web URL, unless the config allows its scheme', async () => {
    const trap = await startTrap();
    const html = templates({ contentType: 'text/html', content: '<a href="{{link}}">Join</a>' });
    const invite = (link: string) => message({ payload: { link } });
    const { sendMessage } = await connectorFor(configFor(trap, { templates: html }));
    const log = captureLog();
    for (const link of ['javascript:alert(1)', 'myapp://join?t=1']) {
      const error = await failureOf(sendMessage(invite(link)));
      expect(inspect([error, log], { depth: 9 })).not.toContain(link);
    }
    expect(log).toEqual([
      expect.objectContaining({ event: 'mail.failed', code: 'payload_invalid' }),
      expect.objectContaining({ event: 'mail.failed', code: 'payload_invalid' }),
    ]);
    const allowing = await connectorFor(configFor(trap, { templates: html, linkSchemes: ['myapp'] }));
    await allowing.sendMessage(invite('myapp://join?t=1'));
    expect(trap.inbox.messages.map(({ html }) => html)).toEqual(['<a href="myapp://join?t=1">Join</a>\n']);
  });

  test('shows a multiline name on one line', async () => {
    const trap = await startTrap();
    const content = 'Join {{organization.name}}.';
    const { sendMessage } = await connectorFor(
      configFor(trap, { templates: templates({ subject: content, content }) }),
    );
    await sendMessage(message({ payload: { organization: { name: 'Ada\n\nLOCKED.\u202e' } } }));
    expect(trap.inbox.messages[0]).toMatchObject({
      subject: 'Join Ada LOCKED..',
      text: 'Join Ada LOCKED..\n',
    });
  });

  test('sends a template that Handlebars cannot parse with its variables replaced', async () => {
    const trap = await startTrap();
    const broken = templates({
      content: 'Use {{ {{code}} or {{#foo}} {{a-b}} {{code..x}}',
      subject: '{{code}} {{',
    });
    const { sendMessage } = await connectorFor(configFor(trap, { templates: broken }));
    await sendMessage(message());
    expect(trap.inbox.messages[0]).toMatchObject({
      subject: '482913 {{',
      text: 'Use {{ 482913 or {{#foo}} {{a-b}} \n',
    });
  });

  test('accepts any payload', async () => {
    const trap = await startTrap();
    const content = '{{at}}|{{url}}|{{map}}|{{n}}|{{list}}|{{fn}}|{{user.name}}';
    const { sendMessage } = await connectorFor(configFor(trap, { templates: templates({ content }) }));
    const deep = Array.from({ length: 20 }).reduce<object>((inner) => ({ inner }), {});
    const user = { name: 'Ada', customData: deep, bio: 'x'.repeat(200_000) };
    const at = new Date(0);
    await sendMessage(
      message({
        payload: {
          at,
          url: new URL('https://example.com/'),
          map: new Map(),
          n: 5n,
          list: [1, [2]],
          fn: () => 1,
          user,
        },
      }),
    );
    expect(trap.inbox.messages[0]?.text).toBe(`${at}|https://example.com/|[object Object]|5|1,2||Ada\n`);
  });

  test('has custom headers, including several with the same name', async () => {
    const trap = await startTrap();
    const customHeaders = { 'X-One': '1', 'X-Many': ['a', 'b'], Bcc: 'eve@example.com' };
    const { sendMessage } = await connectorFor(
      configFor(trap, { customHeaders, replyTo: 'help@example.com' }),
    );
    await sendMessage(message());
    const [email] = trap.inbox.messages;
    expect(email?.headers.filter(({ name }) => name.startsWith('X-M')).map(({ value }) => value)).toEqual([
      'a',
      'b',
    ]);
    expect(email?.header('X-One')).toBe('1');
    expect(email?.envelope.to).toEqual(['ada@example.com']);
    expect(email?.replyTo).toEqual([{ address: 'help@example.com' }]);
  });
});

describe('a template in Logto’s store', () => {
  test('takes precedence over the config, including sender and reply-to address', async () => {
    const trap = await startTrap();
    const getTemplate = vi.fn<GetI18nEmailTemplate>(async () => ({
      subject: 'Hallo {{user.name}}',
      content: '<p>{{code}}</p>',
      replyTo: '{{application.name}} <hilfe@example.com>',
      sendFrom: '{{application.name}} <notice@example.com>',
    }));
    const { sendMessage } = await connectorFor(configFor(trap), getTemplate);
    const payload = {
      code: '482913',
      locale: 'de-AT',
      user: { name: 'Ada' },
      application: { name: 'Ac<me>\r\nBcc: x' },
    };
    await sendMessage(message({ payload }));
    expect(getTemplate).toHaveBeenCalledWith('SignIn', 'de-AT');
    expect(trap.inbox.messages[0]).toMatchObject({
      subject: 'Hallo Ada',
      html: '<p>482913</p>\n',
      from: { name: 'Acme Bcc: x', address: 'notice@example.com' },
      replyTo: [{ address: 'hilfe@example.com' }],
      envelope: { from: 'notice@example.com', to: ['ada@example.com'] },
    });
  });

  test.each<[string, GetI18nEmailTemplate]>([
    ['is missing', async () => undefined],
    ['cannot be loaded', () => Promise.reject(new Error('no database'))],
    [
      'throws synchronously',
      () => {
        throw new Error('no database');
      },
    ],
  ])('that %s falls back to the config', async (_name, getTemplate) => {
    captureLog();
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(configFor(trap), getTemplate);
    await sendMessage(message());
    expect(trap.inbox.messages[0]?.subject).toBe('SignIn 482913');
  });

  test('is used only for its request', async () => {
    const trap = await startTrap();
    const connectors = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        connectorFor(configFor(trap), async () => ({
          subject: name,
          content: name,
          contentType: 'text/plain',
        })),
      ),
    );
    await Promise.all(
      connectors.map(({ sendMessage }, index) => sendMessage(message({ to: `user${index}@example.com` }))),
    );
    const subjects = connectors.map(
      (_, index) => trap.inbox.for(`user${index}@example.com`).messages[0]?.subject,
    );
    expect(subjects).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a config', () => {
  test('from the form can have null, strings, and empty objects', async () => {
    const trap = await startTrap({});
    const form = {
      connectionTimeout: null,
      dnsTimeout: null,
      maxConnections: null,
      dkim: {},
      customHeaders: {},
      replyTo: '',
    };
    const { sendMessage } = await connectorFor(
      configFor(trap, { ...form, port: String(trap.port), auth: {} }),
    );
    await sendMessage(message());
    expect(trap.stats).toMatchObject({ messages: 1, logins: 0 });
  });

  test.each([
    ['user and password', LOGIN],
    ['the placeholder of the form', { type: 'login', user: '<username>', pass: '<password>' }],
    ['a user without a password', { type: 'login', user: 'mailer' }],
  ])('for a relay that trusts the IP address can have %s', async (_name, auth) => {
    const lines = captureLog();
    const trap = await startTrap({});
    const { sendMessage } = await connectorFor(configFor(trap, { auth }));
    await sendMessage(message());
    await sendMessage(message());
    expect(trap.stats).toMatchObject({ messages: 2, logins: 0 });
    expect(lines).toMatchObject([{ level: 'warn' }]);
  });

  test('without a login leads to an error if the server requires one', async () => {
    captureLog();
    const trap = await startTrap();
    const config = configFor(trap, { auth: { user: 'mailer' } });
    const { sendMessage } = await connectorFor(undefined);
    const { data } = await failureOf(sendMessage(message(), config));
    expect(data).toMatchObject({ responseCode: 530, hint: expect.stringContaining('auth.pass is required') });
  });

  test.each([
    ['Acme, Inc. <noreply@example.com>', { name: 'Acme, Inc.', address: 'noreply@example.com' }],
    ['noreply@[192.0.2.1]', { address: 'noreply@[192.0.2.1]' }],
  ])('can have the sender %s', async (fromEmail, from) => {
    const lines = captureLog();
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(configFor(trap, { fromEmail }));
    await sendMessage(message());
    expect(trap.inbox.messages[0]).toMatchObject({ from, envelope: { from: from.address } });
    expect(lines).toMatchObject([{ level: 'warn', event: 'config.repaired', path: 'fromEmail' }]);
  });

  test('that is not valid fails with issues of the host’s zod', async () => {
    const { sendMessage } = await connectorFor(undefined);
    const error = await failureOf(sendMessage(message(), { host: 'smtp.example.com', port: 'https' }));
    expect(error.code).toBe('invalid_config');
    expect(error.data).toBeInstanceOf(ZodError);
    expect(error.cause).toMatchObject({ code: 'config_invalid' });
  });

  test('that the official connector accepts but cannot send with fails with the reason when an email is sent', async () => {
    const trap = await startTrap();
    const config = configFor(trap, { fromEmail: 'Acme' });
    const { sendMessage, configGuard } = await connectorFor(undefined);
    expect(configGuard.safeParse(config).success).toBe(true);
    const { code, data } = await failureOf(sendMessage(message(), config));
    expect(code).toBe('invalid_config');
    expect(data).toMatchObject({ issues: [{ path: ['fromEmail'] }] });
  });

  test('that Logto cannot find leads to Logto’s own error', async () => {
    const notFound = new Error('entity.not_found');
    const { sendMessage } = await createConnector({ getConfig: () => Promise.reject(notFound) });
    await expect(sendMessage(message())).rejects.toBe(notFound);
  });
});

describe('a failure', () => {
  test('of the login contains the server reply and the fix', async () => {
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(undefined);
    const config = configFor(trap, { auth: { ...LOGIN, pass: 'wrong-password' } });
    const error = await failureOf(sendMessage(message(), config));
    expect(error.code).toBe('general');
    expect(error.data).toMatchObject({
      code: 'auth_failed',
      stage: 'auth',
      retryable: false,
      responseCode: 535,
    });
    expect(error.data).toHaveProperty(
      'errorDescription',
      expect.stringMatching(
        /^127\.0\.0\.1:\d+ refused the login: 535 .*\. Check the username and password\./,
      ),
    );
    expect(error.cause).toMatchObject({ name: 'MailError', code: 'auth_failed' });
  });

  test.each([
    ['a rate limit', { at: 'rcpt', kind: '4xx', reply: '451 4.7.28 Slow down' }, 'rate_limit_exceeded'],
    ['a rejected recipient', { at: 'rcpt', kind: '5xx' }, 'general'],
    ['a rejected message', { at: 'delivery', kind: '5xx' }, 'general'],
    ['a lost connection', { at: 'mail', kind: 'reset' }, 'general'],
  ] as const)('%s leads to the closest code', async (_name, fault, code) => {
    const trap = await startTrap();
    trap.fault(fault);
    captureLog();
    const { sendMessage } = await connectorFor(configFor(trap));
    expect(await failureOf(sendMessage(message()))).toMatchObject({ code });
    expect(await failureOf(sendMessage(message(), configFor(trap)))).toMatchObject({
      code: 'general',
      data: { message: expect.any(String) },
    });
  });

  test.each(['ada@example.com, eve@example.com', 'ada', '', 'ada@example.com\r\nBcc: eve@example.com'])(
    'because of the recipient %j happens before anything is sent',
    async (to) => {
      const trap = await startTrap();
      const { sendMessage } = await connectorFor(configFor(trap));
      const error = await failureOf(sendMessage(message({ to })));
      expect(error).toMatchObject({
        code: 'invalid_request_parameters',
        data: { errorDescription: 'The email address is not valid.' },
      });
      expect(trap.stats.connections).toBe(0);
    },
  );

  test('to find a template for the language is reported', async () => {
    const trap = await startTrap();
    const config = configFor(trap, { templates: templates({ locale: 'de' }) });
    const { sendMessage } = await connectorFor(undefined);
    const error = await failureOf(sendMessage(message({ payload: { code: '1', locale: 'fr' } }), config));
    expect(error).toMatchObject({ code: 'general', data: { code: 'template_not_found' } });
  });

  test('never reveals a secret', async () => {
    const lines = captureLog();
    const trap = await startTrap();
    const code = '482913-secret-code';
    trap.fault({ at: 'delivery', kind: '5xx', reply: `554 5.7.1 ${code} from ${LOGIN.pass}` });
    const { sendMessage } = await connectorFor(undefined);
    const config = configFor(trap, { debug: true, logger: true });
    const error = await failureOf(sendMessage(message({ payload: { code } }), config));
    const shown = [
      inspect(error, { depth: 10 }),
      JSON.stringify(error),
      error.message,
      JSON.stringify(lines),
    ].join();
    expect(shown).toContain('554 5.7.1 [hidden] from [hidden]');
    expect(shown).not.toContain(code);
    expect(shown).not.toContain(LOGIN.pass);
    expect(shown).not.toContain('ada@example.com');
  });
});

describe('the log', () => {
  test('is empty unless the config enables it', async () => {
    const lines = captureLog();
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(configFor(trap));
    await sendMessage(message());
    expect(lines).toEqual([]);
  });

  test('has structured, masked lines with usage type and IP address', async () => {
    const lines = captureLog();
    const trap = await startTrap();
    const { sendMessage } = await connectorFor(configFor(trap, { logger: true }));
    await sendMessage(message({ ip: '203.0.113.7' }));
    trap.fault({ at: 'rcpt', kind: '5xx' });
    await failureOf(sendMessage(message({ ip: '203.0.113.8' })));
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'mail.sent',
        type: 'SignIn',
        ip: '203.0.113.7',
        to: 'a***@example.com',
      }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'mail.failed', ip: '203.0.113.8', code: 'recipient_rejected' }),
    );
  });

  test('warns about credentials in plain text, and sends the email', async () => {
    const lines = captureLog();
    const lookup = vi
      .spyOn(dns, 'lookup')
      .mockImplementation(((
        _host: string,
        _options: object,
        callback: (error: null, addresses: { address: string; family: number }[]) => void,
      ) => callback(null, [{ address: '127.0.0.1', family: 4 }])) as typeof dns.lookup); // one of its overloads
    onTestFinished(() => lookup.mockRestore());
    const trap = await startTrap({ tls: 'none', auth: LOGIN });
    const { sendMessage } = await connectorFor(configFor(trap, { host: 'smtpdm.example.com' }));
    await sendMessage(message());
    expect(trap.stats).toMatchObject({ messages: 1, logins: 1 });
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'smtp.plaintext_auth',
        host: 'smtpdm.example.com',
        hint: expect.stringContaining('port 465'),
      }),
    ]);
  });

  test('nothing is sent in plain text if the config requires TLS', async () => {
    const trap = await startTrap({ tls: 'none', auth: LOGIN });
    const { sendMessage } = await connectorFor(undefined);
    expect(await failureOf(sendMessage(message(), configFor(trap, { requireTLS: true })))).toMatchObject({
      data: { code: 'tls_failed' },
    });
  });
});

describe('connections', () => {
  test('are shared by a thousand connectors', async () => {
    const trap = await startTrap();
    // Otherwise, a connection is replaced after 100 emails.
    const config = configFor(trap, { maxMessages: 1000 });
    await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const { sendMessage } = await connectorFor(structuredClone(config));
        await sendMessage(message({ to: `user${index}@example.com` }));
      }),
    );
    expect(trap.stats.messages).toBe(1000);
    expect(trap.stats.connections).toBeLessThanOrEqual(50);
  });

  test('are kept after a change of the templates, and not shared with another password', async () => {
    const trap = await startTrap();
    await (await connectorFor(configFor(trap))).sendMessage(message());
    await (await connectorFor(configFor(trap, { templates: templates({ subject: 'New' }) }))).sendMessage(
      message(),
    );
    expect(trap.stats.connections).toBe(1);
    const { sendMessage } = await connectorFor(
      configFor(trap, { auth: { ...LOGIN, pass: 'another-password' } }),
    );
    captureLog();
    await failureOf(sendMessage(message()));
    expect(trap.stats.connections).toBe(2);
  });
});
