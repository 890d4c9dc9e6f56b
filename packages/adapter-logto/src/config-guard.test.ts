import createOfficial from '@logto/connector-smtp';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ZodError, type ZodType } from 'zod';
import createConnector from './index.js';
import { isAcceptedByOfficial } from './official-rules.js';

const getConfig = async () => ({});

let official: ZodType;
let guard: ZodType;
beforeAll(async () => {
  // It uses the same connector-kit and zod.
  official = (await createOfficial({ getConfig })).configGuard;
  guard = (await createConnector({ getConfig })).configGuard;
});

const template = (usageType: string, more: object = {}) => ({
  usageType,
  contentType: 'text/plain',
  subject: 'Your code',
  content: 'Your code is {{code}}.',
  ...more,
});
const TEMPLATES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((type) => template(type));
const CONFIG = {
  host: 'smtp.example.com',
  port: 587,
  auth: { user: 'mailer', pass: 'hunter2-hunter2' },
  fromEmail: 'Example <noreply@example.com>',
  templates: TEMPLATES,
};

/** JSON values that are often nearly valid. */
const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', 0, -1, 465, 70_000, 1.5, true, false, 'text', '587', ' ', {}, []),
  fc.jsonValue(),
);
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', ' ', '{{', '{{#x}}', '{{a..b}}', 'a@b.c', 'A, B <a@b.c>'),
);
const authKey = fc.constantFrom(
  ...['type', 'user', 'pass', 'serviceClient', 'privateKey', 'clientId', 'clientSecret'],
  ...['refreshToken', 'accessToken', 'expires', 'accessUrl', 'other'],
);
const auth = fc.oneof(
  fc.dictionary(
    authKey,
    fc.oneof(
      text,
      anything,
      fc.constantFrom('login', 'LOGIN', 'oauth2', 'OAuth2', 'oAuth2', 'https://a.example'),
    ),
  ),
  anything,
);
const anyTemplate = fc.record(
  {
    usageType: fc.oneof(fc.constantFrom('Register', 'SignIn', 'ForgotPassword', 'Generic', ''), text),
    contentType: fc.constantFrom('text/plain', 'text/html', 'text/plain', 'html'),
    subject: text,
    content: text,
    locale: fc.oneof(text, anything),
    text: anything,
    replyTo: fc.oneof(text, anything),
    sendFrom: fc.oneof(text, anything),
  },
  { requiredKeys: ['usageType', 'contentType', 'subject', 'content'] },
);
const change = fc.oneof(
  fc.record({ key: fc.constant('auth'), value: auth }),
  fc.record({
    key: fc.constant('templates'),
    value: fc.array(anyTemplate).map((more) => [...more, ...TEMPLATES]),
  }),
  fc.record({ key: fc.constant('templates'), value: fc.array(anyTemplate) }),
  fc.record({
    key: fc.constantFrom('host', 'fromEmail', 'replyTo', 'name', 'servername', 'localAddress'),
    value: text,
  }),
  fc.record({
    key: fc.constant('customHeaders'),
    value: fc.dictionary(text, fc.oneof(text, fc.array(text), anything)),
  }),
  fc.record({ key: fc.constant('tls'), value: fc.dictionary(text, anything) }),
  fc.record({
    key: fc.constantFrom(
      ...[
        'host',
        'port',
        'auth',
        'fromEmail',
        'replyTo',
        'templates',
        'logger',
        'debug',
        'disableFileAccess',
      ],
      ...[
        'disableUrlAccess',
        'name',
        'localAddress',
        'connectionTimeout',
        'greetingTimeout',
        'socketTimeout',
      ],
      ...['dnsTimeout', 'secure', 'tls', 'servername', 'ignoreTLS', 'requireTLS', 'customHeaders'],
      ...['url', 'service', 'dkim', 'pool', 'maxConnections', 'envelopeFrom', 'defaultLocale', 'other'],
    ),
    value: anything,
  }),
);
const anyConfig = fc
  .array(change, { maxLength: 4 })
  .map((changes) => ({ ...CONFIG, ...Object.fromEntries(changes.map(({ key, value }) => [key, value])) }));

describe('the guard', () => {
  test('accepts every config that the official one accepts', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyConfig, (config) => {
        const isAccepted = official.safeParse(config).success;
        accepted += Number(isAccepted);
        expect(isAcceptedByOfficial(config)).toBe(isAccepted);
        if (isAccepted) expect(guard.safeParse(config).error?.issues).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });

  test('normalizes the config', () => {
    const { data } = guard.safeParse({
      ...CONFIG,
      port: '465',
      replyTo: '',
      connectionTimeout: null,
      dkim: {},
    });
    expect(data).toMatchObject({
      port: 465,
      secure: true,
      connectionTimeout: 120_000,
      auth: { type: 'login' },
    });
    expect(data).not.toHaveProperty('replyTo');
    expect(data).not.toHaveProperty('dkim');
    expect(guard.parse(data)).toEqual(data);
  });

  test('accepts the configs that the form of the console stores', () => {
    const form = {
      ...CONFIG,
      ...{ connectionTimeout: null, greetingTimeout: null, socketTimeout: null, dnsTimeout: null },
      ...{ maxConnections: null, tls: {}, customHeaders: {}, dkim: {}, secure: false, logger: false },
    };
    expect(guard.safeParse(form).success).toBe(true);
    expect(guard.safeParse({ ...form, auth: {} }).success).toBe(true);
    expect(guard.safeParse({ ...form, host: '', port: null, service: 'SendGrid' }).success).toBe(true);
  });

  test('fails with the ZodError of the host', () => {
    const { error } = guard.safeParse({});
    expect(error).toBeInstanceOf(ZodError);
    expect(error?.issues[0]).toMatchObject({
      code: 'custom',
      path: ['fromEmail'],
      params: { code: 'missing' },
    });
  });
});

describe('the console reports', () => {
  /** Formats issues as Logto does. */
  const shown = (config: unknown) =>
    guard
      .safeParse(config)
      .error?.issues.map(
        ({ path, code, message }) => `Error in key path "${path.join('.')}": (${code}) ${message}`,
      );

  test('a port that is not a number', () => {
    expect(shown({ ...CONFIG, port: 'https' })).toMatchInlineSnapshot(`
      [
        "Error in key path "port": (custom) port must be a number from 1 to 65535, not "https"",
      ]
    `);
  });

  test('a missing template and an invalid content type', () => {
    const [, ...others] = TEMPLATES;
    expect(
      shown({ ...CONFIG, templates: [...others, template('BindMfa', { contentType: 'html' })] }),
    ).toMatchInlineSnapshot(`
      [
        "Error in key path "templates.3.contentType": (custom) contentType must be "text/plain" or "text/html", not "html"",
        "Error in key path "templates": (custom) there is no template for Register: add one with "usageType": "Register"",
      ]
    `);
  });

  test('a missing host and sender', () => {
    expect(shown({ ...CONFIG, host: '', port: null, fromEmail: null })).toMatchInlineSnapshot(`
      [
        "Error in key path "fromEmail": (custom) fromEmail is required: set it to the sender of your emails, such as "Example <noreply@example.com>"",
        "Error in key path "host": (custom) host is required: set it to the name of your SMTP server, such as "smtp.example.com"",
        "Error in key path "port": (custom) port is required: set it to the port of your SMTP server, usually 587 or 465",
      ]
    `);
  });

  test('an incomplete service account and an invalid boolean', () => {
    expect(
      shown({
        ...CONFIG,
        secure: 'maybe',
        auth: { type: 'oauth2', user: 'ada@example.com', serviceClient: '1' },
      }),
    ).toMatchInlineSnapshot(`
      [
        "Error in key path "auth.privateKey": (custom) auth.privateKey is required with auth.serviceClient: set it to the private key of the service account (PEM)",
        "Error in key path "secure": (custom) secure must be true or false",
      ]
    `);
  });

  test('an unknown service and an invalid DKIM key', () => {
    const { host: _, port: __, ...config } = CONFIG;
    expect(shown({ ...config, service: 'SendGird' })).toMatchInlineSnapshot(`
      [
        "Error in key path "service": (custom) service "SendGird" is not in the list of well-known services: set host and port instead",
      ]
    `);
    expect(
      shown({
        ...config,
        service: 'SendGrid',
        dkim: { domainName: 'example.com', keySelector: 's', privateKey: 'x' },
      }),
    ).toMatchInlineSnapshot(`
      [
        "Error in key path "dkim.privateKey": (custom) dkim.privateKey is not a private key in PEM format: use an unencrypted RSA private key in PEM format",
      ]
    `);
  });

  test('a missing password and a missing host', () => {
    expect(shown({ ...CONFIG, host: null, auth: { user: 'mailer' } })).toMatchInlineSnapshot(`
      [
        "Error in key path "auth.pass": (custom) auth.pass is required: set it to the password for auth.user, or remove auth if the server requires no login",
        "Error in key path "host": (custom) host is required: set it to the name of your SMTP server, such as "smtp.example.com"",
      ]
    `);
  });
});
