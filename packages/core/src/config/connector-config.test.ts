import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REQUIRED_TEMPLATES, seedConfig, template } from '../../fixtures/seed-config.js';
import {
  ConfigError,
  connectorConfigSchema,
  formatPath,
  inspectConnectorConfig,
  parseConnectorConfig,
  parseSmtpConfig,
} from '../index.js';

/** `path: message`, of the errors only. */
const errorsOf = (input: unknown) =>
  inspectConnectorConfig(input)
    .issues.filter(({ severity }) => severity === 'error')
    .map(({ path, message }) => `${formatPath(path)}: ${message}`);

test('the config from the README is valid, without warnings', () => {
  const { config, issues } = inspectConnectorConfig(seedConfig());

  expect(issues).toEqual([]);
  expect(config).toMatchObject({
    host: 'smtp.example.com',
    port: 587,
    fromEmail: 'Example <noreply@example.com>',
  });
  expect(config?.templates.map(({ usageType }) => usageType)).toEqual([
    'Register',
    'SignIn',
    'ForgotPassword',
    'Generic',
  ]);
});

describe.each([
  'secure',
  'ignoreTLS',
  'requireTLS',
  'logger',
  'debug',
  'disableFileAccess',
  'disableUrlAccess',
  'pool',
])('%s from an environment variable', (key) => {
  test.each([
    ...['true', 'TRUE', 'yes', 'on', '1', ' true '].map((word) => [word, true] as const),
    ...['false', 'False', 'no', 'off', '0'].map((word) => [word, false] as const),
  ])('is read from %j', (word, expected) => {
    const config = { ...seedConfig(), port: 2525, [key]: `$${'{FLAG}'}` };
    expect(parseConnectorConfig(config, { variables: { FLAG: word } })).toMatchObject({ [key]: expected });
  });

  test.each(['maybe', 'truee', '2', 'null'])('is not read from %j', (word) => {
    expect(errorsOf({ ...seedConfig(), [key]: word })).toEqual([`${key}: ${key} must be true or false`]);
  });
});

describe('messages state the problem and the fix', () => {
  const cases: [name: string, change: object, errors: string[]][] = [
    [
      'no sender',
      { fromEmail: undefined },
      [
        'fromEmail: fromEmail is required: set it to the sender of your emails, such as "Example <noreply@example.com>"',
      ],
    ],
    [
      'a sender that is not an address',
      { fromEmail: 'noreply' },
      [
        'fromEmail: fromEmail is not a valid address (it has no @): set it to one such as "Example <noreply@example.com>"',
      ],
    ],
    ['port as text', { port: '587' }, []],
    ['port as a word', { port: 'abc' }, ['port: port must be a number from 1 to 65535, not "abc"']],
    ['port out of range', { port: 70_000 }, ['port: port must be a number from 1 to 65535, not 70000']],
    [
      'port as an object',
      { port: { toString: 1 } },
      ['port: port must be a number from 1 to 65535, not {"toString":1}'],
    ],
    [
      'no port',
      { port: null },
      ['port: port is required: set it to the port of your SMTP server, usually 587 or 465'],
    ],
    ...[
      'smtp://ada:hunter2@mail.example.com',
      'ada:hunter2@mail.example.com',
      'mail.example.com:587',
      'mail.example.com ',
    ].map((host): [string, Record<string, unknown>, string[]] => [
      `a host with other parts (${host})`,
      { host },
      [
        'host: host must be a host name only, such as "smtp.example.com": use port for the port, or url for a complete URL',
      ],
    ]),
    [
      'no host',
      { host: '' },
      ['host: host is required: set it to the name of your SMTP server, such as "smtp.example.com"'],
    ],
    [
      'an empty list of templates',
      { templates: [] },
      ['templates: templates is empty: add a template with usageType, contentType, subject, and content'],
    ],
    [
      'no templates',
      { templates: undefined },
      ['templates: templates is required: set it to a list of { usageType, contentType, subject, content }'],
    ],
    [
      'a template that is not an object',
      { templates: [...REQUIRED_TEMPLATES, 'SignIn'] },
      ['templates[4]: a template must be an object with usageType, contentType, subject, and content'],
    ],
    [
      'a short contentType',
      { templates: [...REQUIRED_TEMPLATES, template('MfaVerification', { contentType: 'html' })] },
      ['templates[4].contentType: contentType must be "text/plain" or "text/html", not "html"'],
    ],
    [
      'a template with an unclosed block',
      {
        templates: [
          ...REQUIRED_TEMPLATES,
          template('MfaVerification', { content: 'Hi\n  {{#if code}}{{code}}' }),
        ],
      },
      [
        'templates[4].content: templates[4].content is broken at line 2, column 3: {{#if code}} is never closed: add {{/if}}',
      ],
    ],
    [
      'auth in words',
      { auth: 'none' },
      [
        'auth: auth must be an object: set it to { "user": …, "pass": … }, or remove it if the server requires no login',
      ],
    ],
    [
      'a user without a password',
      { auth: { user: 'mailer' } },
      [
        'auth.pass: auth.pass is required: set it to the password for auth.user, or remove auth if the server requires no login',
      ],
    ],
    [
      'a password without a user',
      { auth: { pass: 'hunter2' } },
      ['auth.user: auth.user is required: set it to the username of your SMTP account'],
    ],
    [
      'a service account without its key',
      { auth: { type: 'OAuth2', user: 'a@example.com', serviceClient: '1134' } },
      [
        'auth.privateKey: auth.privateKey is required with auth.serviceClient: set it to the private key of the service account (PEM)',
      ],
    ],
    [
      'OAuth2 without credentials',
      { auth: { type: 'OAuth2', user: 'a@example.com', clientId: 'x' } },
      [
        'auth.refreshToken: auth.refreshToken is required: set auth.refreshToken or auth.accessToken, or set auth.scope to log in as an application (client credentials)',
      ],
    ],
    [
      'incomplete client credentials',
      { auth: { user: 'a@example.com', clientId: 'x', scope: 'https://outlook.office365.com/.default' } },
      [
        'auth.clientSecret: auth.clientSecret is required: set it to the client secret of your application',
        'auth.accessUrl: auth.accessUrl must be an https URL, such as https://oauth2.googleapis.com/token',
      ],
    ],
    ...[
      'http://tokens.example.com/',
      'blob:https://tokens.example.com/',
      'file:///token',
      'https://a:b@tokens.example.com/',
    ].map((accessUrl): [string, object, string[]] => [
      `the endpoint ${accessUrl}`,
      { auth: { type: 'OAuth2', user: 'a@example.com', refreshToken: 'x', accessUrl } },
      ['auth.accessUrl: auth.accessUrl must be an https URL, such as https://oauth2.googleapis.com/token'],
    ]),
    [
      'an unknown type of auth',
      { auth: { type: 'custom', user: 'a', pass: 'b' } },
      ['auth.type: auth.type must be "login" or "oauth2"'],
    ],
    [
      'a timeout in words',
      { socketTimeout: '10 minutes' },
      ['socketTimeout: socketTimeout must be a number of milliseconds, such as 600000, not "10 minutes"'],
    ],
    [
      'a header name that is not valid',
      { customHeaders: { 'X Mailer': 'x' } },
      ['customHeaders.X Mailer: a header name must be printable ASCII without spaces or colons'],
    ],
    [
      'a url of another protocol',
      { url: 'https://user:secret@example.com' },
      ['url: url must start with smtp:// or smtps://, such as smtps://user:password@smtp.example.com:465'],
    ],
  ];

  test.each(cases)('%s', (_name, change, errors) => {
    expect(errorsOf(seedConfig(change))).toEqual(errors);
  });

  test.each([
    [
      'text',
      '{"host":"smtp.example.com"}',
      'the config is a string: pass the object that JSON.parse returns',
    ],
    ['a list', [], 'the config must be an object'],
    ['nothing', undefined, 'the config must be an object'],
  ])('%s in place of a config', (_name, input, message) => {
    expect(inspectConnectorConfig(input)).toEqual({
      issues: [{ severity: 'error', path: [], code: 'not_allowed', message }],
    });
  });

  test('all problems are reported together, with paths and codes', () => {
    const { config, issues } = inspectConnectorConfig({
      port: 'abc',
      fromMail: 'noreply@example.com',
      auth: { user: 'mailer' },
      templates: [template('SignIn', { content: '{{#if code}}', contentType: 'html' })],
    });

    expect(config).toBeUndefined();
    expect(issues.map(({ severity, path, code }) => `${severity} ${formatPath(path)} ${code}`)).toEqual([
      'error port not_allowed',
      'error auth.pass missing',
      'error fromEmail missing',
      'error templates[0].contentType not_allowed',
      'error host missing',
      'warning fromMail unknown_key',
      'error templates[0].content template_syntax',
    ]);
  });

  test('parseConnectorConfig throws one error that lists every problem', () => {
    const parse = () => parseConnectorConfig(seedConfig({ host: undefined, fromEmail: null }));

    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(
      expect.objectContaining({
        code: 'config_invalid',
        stage: 'config',
        retryable: false,
        message:
          'The config has 2 problems:\n' +
          '  fromEmail: fromEmail is required: set it to the sender of your emails, such as "Example <noreply@example.com>"\n' +
          '  host: host is required: set it to the name of your SMTP server, such as "smtp.example.com"',
      }),
    );
  });

  test('a config requires one template of any type', () => {
    const { config, issues } = inspectConnectorConfig(seedConfig({ templates: [template('Welcome')] }));
    expect(issues).toEqual([]);
    expect(config?.templates).toHaveLength(1);
  });

  test('templates can be required for some types', () => {
    const input = seedConfig({ templates: [template('SignIn')] });
    const { config, issues } = inspectConnectorConfig(input, { requireTypes: ['SignIn', 'Register'] });
    expect(config).toBeUndefined();
    expect(issues).toEqual([
      {
        severity: 'error',
        path: ['templates'],
        code: 'template_missing',
        message: 'there is no template for Register: add one with "usageType": "Register"',
      },
    ]);
    expect(inspectConnectorConfig(input, { requireTypes: ['SignIn'] }).config).toBeDefined();
  });

  test('the zod schema reports the same problems of single keys', () => {
    const input = seedConfig({ port: 'abc', auth: { user: 'mailer' } });
    const parsed = connectorConfigSchema.safeParse(input);

    expect(
      parsed.error?.issues.map(({ path, message }) => `${formatPath(path as string[])}: ${message}`),
    ).toEqual(errorsOf(input));
  });
});

describe('accepted forms', () => {
  const parse = (more: object) => parseConnectorConfig(seedConfig(more));

  test('timeouts have defaults, and `null`, an empty string, and 0 mean "not set"', () => {
    const defaults = {
      connectionTimeout: 120_000,
      greetingTimeout: 30_000,
      socketTimeout: 600_000,
      dnsTimeout: 30_000,
    };

    for (const unset of [undefined, null, '', 0]) {
      const timeouts = Object.fromEntries(Object.keys(defaults).map((name) => [name, unset]));
      const { config, issues } = inspectConnectorConfig(seedConfig(timeouts));
      expect(config).toMatchObject(defaults);
      // An explicit zero gets a warning that it has no effect.
      expect(issues).toHaveLength(unset === 0 ? Object.keys(defaults).length : 0);
    }
    expect(parse({ socketTimeout: '5000' }).socketTimeout).toBe(5000);
  });

  test('every optional field may be null', () => {
    const optional = [
      'tls', 'secure', 'servername', 'ignoreTLS', 'requireTLS', 'name', 'localAddress', 'logger', 'debug',
      'disableFileAccess', 'disableUrlAccess', 'replyTo', 'customHeaders', 'dkim', 'pool', 'maxConnections',
      'maxMessages', 'idleTimeout', 'url', 'service', 'envelopeFrom', 'defaultLocale',
    ]; // biome-ignore format: a list
    const { issues } = inspectConnectorConfig(
      seedConfig(Object.fromEntries(optional.map((name) => [name, null]))),
    );

    expect(issues).toEqual([]);
  });

  test('files and URLs are not read unless the config allows it', () => {
    expect(parse({})).toMatchObject({ disableFileAccess: true, disableUrlAccess: true });
    expect(parse({ disableFileAccess: false }).disableFileAccess).toBe(false);
  });

  test('port 465 means TLS from the first byte', () => {
    expect(parse({ port: 465 }).secure).toBe(true);
    expect(parse({ port: 587 }).secure).toBeUndefined();
  });

  test.each([
    [
      'smtps://me%40example.com:p%2Fw@smtp.example.com',
      { host: 'smtp.example.com', port: 465, secure: true },
    ],
    [
      'smtp://me%40example.com:p%2Fw@smtp.example.com',
      { host: 'smtp.example.com', port: 587, secure: false },
    ],
    ['smtp://me%40example.com:p%2Fw@[::1]:2525', { host: '::1', port: 2525, secure: false }],
  ])('a url instead of host, port, and auth: %s', (url, expected) => {
    const config = parse({ url, host: null, port: null, auth: null });

    expect(config).toMatchObject({ ...expected, auth: { user: 'me@example.com', pass: 'p/w' } });
    expect(config).not.toHaveProperty('url');
  });

  test('a url without credentials means no login, and separate keys override it', () => {
    const config = parse({ url: 'smtp://relay.internal:25', host: null, port: 2525, auth: undefined });

    expect(config).toMatchObject({ host: 'relay.internal', port: 2525, auth: {} });
  });

  test('an IPv6 host in brackets, and a timeout above the maximum of a timer', () => {
    expect(parse({ host: '[::1]', socketTimeout: 3e9 })).toMatchObject({
      host: '::1',
      socketTimeout: 2 ** 31 - 1,
    });
  });

  test('a service instead of host and port', () => {
    expect(errorsOf(seedConfig({ service: 'SendGrid', host: null, port: null }))).toEqual([]);
  });

  test.each([
    ['login', { user: 'u', pass: 'p' }, { type: 'login' }],
    ['login, in any letter case', { type: 'LOGIN', user: 'u', pass: 'p' }, { type: 'login' }],
    [
      'a service key',
      { type: 'OAuth2', user: 'u', serviceClient: 'c', privateKey: 'a\\nb' },
      {
        type: 'oauth2',
        privateKey: 'a\nb',
      },
    ],
    [
      'a token',
      { user: 'u', clientId: 'c', clientSecret: 's', refreshToken: 'r', expires: '17' },
      {
        type: 'oauth2',
        refreshToken: 'r',
        expires: 17,
      },
    ],
    [
      'client credentials',
      {
        user: 'u',
        clientId: 'c',
        clientSecret: 's',
        scope: 'mail',
        accessUrl: 'https://id.example.com/token',
      },
      { type: 'oauth2', clientId: 'c', scope: 'mail', accessUrl: 'https://id.example.com/token' },
    ],
    ['no login', {}, {}],
    ['no login, as a form stores it', null, {}],
    ['no login, as a file says it', undefined, {}],
    ['no login, with a type alone', { type: 'login' }, {}],
  ])('auth by %s', (_name, auth, expected) => {
    expect(parse({ auth }).auth).toMatchObject(expected);
  });

  test('language tags are normalized', () => {
    const { defaultLocale, templates } = parse({
      defaultLocale: 'zh_cn',
      templates: [...REQUIRED_TEMPLATES, template('SignIn', { locale: 'DE-at' })],
    });

    expect(defaultLocale).toBe('zh-CN');
    expect(templates.at(-1)?.locale).toBe('de-AT');
  });

  test('the result is frozen, and the input does not change', () => {
    const ca = ['-----BEGIN CERTIFICATE-----'];
    const input = seedConfig({ tls: { ca }, customHeaders: { 'X-Mailer': ['a'] } });
    const before = structuredClone(input);
    const config = parseConnectorConfig(input);

    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.templates[0])).toBe(true);
    expect(Object.isFrozen(config.auth)).toBe(true);
    expect(Object.isFrozen(config.tls)).toBe(true);
    expect(input).toEqual(before);
    expect(Object.isFrozen(ca)).toBe(false);
    expect(Object.isFrozen(input.templates[0])).toBe(false);
  });

  test('parseSmtpConfig reads the server part of the same object', () => {
    const config = parseSmtpConfig(seedConfig());

    expect(config).toMatchObject({ host: 'smtp.example.com', port: 587 });
    expect(config).not.toHaveProperty('templates');
    expect(parseSmtpConfig({ url: 'smtps://smtp.example.com', auth: null })).toMatchObject({
      host: 'smtp.example.com',
      port: 465,
      secure: true,
    });
    expect(() => parseSmtpConfig({ port: 587 })).toThrow('host is required');
  });
});

describe('any input', () => {
  const knownKey = fc.constantFrom(
    'host', 'port', 'auth', 'fromEmail', 'replyTo', 'templates', 'secure', 'tls', 'name', 'url', 'service',
    'dkim', 'customHeaders', 'defaultLocale', 'connectionTimeout', 'usageType', 'contentType', 'subject',
    'content', 'locale', 'user', 'pass', 'type', 'privateKey', 'toString', '__proto__',
  ); // biome-ignore format: a list
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.constantFrom(
        '587',
        '{{code}}',
        '{{#if',
        'a@example.com',
        'login',
        'OAuth2',
        'smtps://u:p@h',
        465,
        null,
      ),
      tie('object'),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
    object: fc.dictionary(fc.oneof(knownKey, fc.string()), tie('value'), { maxKeys: 8 }),
  })).object;

  test('inspection never throws, and every issue has a message', () => {
    fc.assert(
      fc.property(json, fc.boolean(), (object, isComplete) => {
        const input = isComplete ? { ...seedConfig(), ...object } : object;
        const { config, issues } = inspectConnectorConfig(input);

        expect(config === undefined).toBe(issues.some(({ severity }) => severity === 'error'));
        for (const { message, code } of issues) {
          expect(message).not.toMatch(/^(Invalid|Expected)/); // zod's own words
          expect(code).toMatch(/^[a-z_]+$/);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a parsed config is valid and parses to itself', () => {
    fc.assert(
      fc.property(json, (object) => {
        const { config } = inspectConnectorConfig({ ...seedConfig(), ...object });
        if (config) expect(inspectConnectorConfig(config).config).toEqual(config);
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['a number that JSON does not have', { port: 587n }],
    ['an object in a circle', { port: Object.assign([], { 0: [] }), name: circle(), tls: circle() }],
    ['very deep objects', { tls: nested(20_000), customHeaders: nested(20_000) }],
    ['a very deep template', { templates: [template('X', { content: `${'{{#if a}}'.repeat(9000)}` })] }],
  ])('inspection does not throw for %s', (_name, change) => {
    expect(() => inspectConnectorConfig(seedConfig(change))).not.toThrow();
  });

  function circle() {
    const object: Record<string, unknown> = {};
    object.self = object;
    return object;
  }

  function nested(depth: number): object {
    let object = {};
    for (let level = 0; level < depth; level += 1) object = { a: object };
    return object;
  }
});
