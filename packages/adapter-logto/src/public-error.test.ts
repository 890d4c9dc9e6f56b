import { inspect } from 'node:util';
import { ConnectorError, ConnectorErrorCodes, TemplateType } from '@logto/connector-kit';
import { ConfigError, MailError, type MailErrorCode } from '@postern/core';
import { startSmtpTrap } from '@postern/testing';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { toPublicError, toTestError } from './connector-error.js';
import createConnector from './index.js';
import { closeTransports } from './send-message.js';

afterEach(async () => {
  vi.restoreAllMocks();
  await closeTransports();
});

const LOGIN = { user: 'mailer-account', pass: 'hunter2-hunter2' };
const configFor = (more: object) => ({
  auth: LOGIN,
  fromEmail: 'noreply@sender.example',
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/plain',
    subject: 'Your code',
    content: 'Your code is {{code}}.',
  })),
  ...more,
});

/** The lines that the connector writes to the console. */
function captureLog() {
  const lines: Record<string, unknown>[] = [];
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push({ level, ...JSON.parse(line) });
    });
  return lines;
}

async function failWith(config: unknown, more: object = {}) {
  const { sendMessage } = await createConnector({ getConfig: async () => config });
  const data = { to: 'ada@example.com', type: TemplateType.SignIn, payload: { code: '482913' }, ...more };
  const error: unknown = await sendMessage(data).catch((reason: unknown) => reason);
  if (!(error instanceof ConnectorError)) throw new Error('no ConnectorError', { cause: error });
  return error;
}

/** Everything that a browser, audit log, or crash reporter can read from an error. */
const everythingIn = (error: ConnectorError) =>
  [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error), error.message].join(
    '\n',
  );

const CODES: MailErrorCode[] = [
  ...([
    'config_invalid',
    'template_not_found',
    'template_invalid',
    'payload_invalid',
    'idempotency_key_reused',
    'recipient_invalid',
  ] as const),
  ...([
    'connection_failed',
    'tls_failed',
    'auth_failed',
    'host_rejected',
    'sender_rejected',
    'recipient_rejected',
  ] as const),
  ...([
    'message_rejected',
    'rate_limited',
    'timeout',
    'delivery_unknown',
    'expired',
    'aborted',
    'closed',
  ] as const),
];

describe.each(CODES)('%s', (code) => {
  const error =
    code === 'config_invalid'
      ? new ConfigError([
          { severity: 'error', path: ['host'], code: 'x', message: 'smtp.internal:587 is LEAK' },
        ])
      : new MailError(code, 'smtp.internal:587 LEAK', {
          ...{ stage: 'auth', hint: 'LEAK', response: '550 LEAK', responseCode: 550 },
          cause: new Error('LEAK'),
        });

  test('reveals nothing about the server to a person who signs in', () => {
    const shown = toPublicError(error, '1a2b3c4d');
    expect(everythingIn(shown).replaceAll(/^ +at .*$/gm, '')).not.toMatch(
      /LEAK|smtp|587|550|auth|password|login/i,
    );
    expect(shown.data).toMatchObject({
      errorDescription: expect.stringMatching(/^[A-Z][\w ]+\.( Try again later\.)? \(Reference: 1a2b3c4d\)$/),
      reference: '1a2b3c4d',
    });
  });

  test('shows all details to an administrator who tests the config', () => {
    const shown = toTestError(error, []);
    expect(shown.code).toBe(
      code === 'config_invalid' ? ConnectorErrorCodes.InvalidConfig : ConnectorErrorCodes.General,
    );
    expect(JSON.stringify(shown.data)).toContain('smtp.internal:587');
    if (code !== 'config_invalid')
      expect(shown.data).toMatchObject({ errorDescription: 'smtp.internal:587 LEAK. LEAK', code });
  });
});

describe('a failed email', () => {
  test.each([
    ['connect', 'reset'],
    ['greeting', '5xx'],
    ['ehlo', '5xx'],
    ['auth', '5xx'],
    ['mail', '5xx'],
    ['rcpt', '5xx'],
    ['data', '4xx'],
    ['delivery', '5xx'],
    ['delivery', 'reset'],
  ] as const)('at %s (%s) is logged once with its cause and reference, with logger off', async (at, kind) => {
    const lines = captureLog();
    const trap = await startSmtpTrap({ auth: LOGIN });
    onTestFinished(() => trap.close());
    trap.fault({ at, kind });
    const { host, port, certificate } = trap;
    const error = await failWith(configFor({ host, port, tls: { ca: certificate } }));

    const shown = everythingIn(error).replaceAll(/^ +at .*$/gm, '');
    for (const secret of [
      host,
      String(port),
      LOGIN.user,
      LOGIN.pass,
      'ada@example.com',
      'sender.example',
      '482913',
    ])
      expect(shown).not.toContain(secret);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: expect.stringMatching(/^(?:warn|error)$/),
      event: 'mail.failed',
      reference: (error.data as { reference: string }).reference,
      ...{ type: 'SignIn', to: 'a***@example.com', code: expect.any(String), stage: expect.any(String) },
      message: expect.stringContaining(host),
      hint: expect.any(String),
    });
    expect(JSON.stringify(lines)).not.toMatch(/482913|hunter2|ada@/);
    expect(lines[0]).not.toHaveProperty('ip');
  });

  test('is logged once with logger on, with the IP address', async () => {
    const lines = captureLog();
    const config = configFor({ host: '127.0.0.1', port: 1, logger: true });
    const error = await failWith(config, { ip: '203.0.113.7' });
    const failures = lines.filter(({ event }) => event === 'mail.failed');
    expect(failures).toMatchObject([
      { ip: '203.0.113.7', reference: (error.data as { reference: string }).reference },
    ]);
  });

  test('because of an invalid stored config is neutral, and the log lists the problems', async () => {
    const lines = captureLog();
    const error = await failWith({
      host: 'smtp.internal',
      port: 'https',
      fromEmail: 'noreply@sender.example',
    });
    expect(error.code).toBe('invalid_config');
    expect(everythingIn(error).replaceAll(/^ +at .*$/gm, '')).not.toMatch(/https|smtp|port|templates/);
    expect(lines).toMatchObject([
      { level: 'error', code: 'config_invalid', message: expect.stringContaining('port must be a number') },
    ]);
  });

  test.each(['ada', 'ada@example.com, eve@example.com'])(
    'because of the mistyped address %j is not logged',
    async (to) => {
      const lines = captureLog();
      const error = await failWith(configFor({ host: '127.0.0.1', port: 1 }), { to });
      expect(error.data).toEqual({ errorDescription: 'The email address is not valid.' });
      expect(lines).toEqual([]);
    },
  );

  test('during a test of the config is shown but not logged', async () => {
    const lines = captureLog();
    const { sendMessage } = await createConnector({ getConfig: async () => undefined });
    const data = { to: 'ada', type: TemplateType.Generic, payload: { code: '000000' } };
    await expect(sendMessage(data, configFor({ host: '127.0.0.1', port: 1 }))).rejects.toMatchObject({
      code: 'general',
      data: { code: 'recipient_invalid', errorDescription: expect.stringContaining('recipient') },
    });
    expect(lines).toEqual([]);
  });
});
