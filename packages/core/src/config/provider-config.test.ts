// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { inspect } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
// The build makes the JSON Schema.
import { connectorConfigJsonSchema } from '../../dist/index.js';
import { REQUIRED_TEMPLATES } from '../../fixtures/seed-config.js';
import {
  type ApiProvider,
  apiProviders,
  formatPath,
  inspectConnectorConfig,
  parseConnectorConfig,
  parseProviders,
  parseSmtpConfig,
} from '../index.js';

const mail = { fromEmail: 'Example <noreply@example.com>', templates: REQUIRED_TEMPLATES };
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictRequired: false }).compile(
  connectorConfigJsonSchema,
);

const inspected = (delivery: object) => inspectConnectorConfig({ ...delivery, ...mail });
/** `severity path: message` */
const issuesOf = (delivery: object) =>
  inspected(delivery).issues.map(
    ({ severity, path, message }) => `${severity} ${formatPath(path)}: ${message}`,
  );

const providers: readonly ApiProvider[] = apiProviders;
const VALUE_OF_TYPE = { boolean: true, url: 'https://login.example.com/token' } as const;
const valuesOf = ({ keys }: ApiProvider): Record<string, string | boolean> =>
  Object.fromEntries(
    keys.map(({ key, type, choices, example }) => [
      key,
      type ? VALUE_OF_TYPE[type] : (choices?.[0] ?? example ?? `value-of-${key}`),
    ]),
  );

const resend = { name: 'resend', apiKey: 're_123456789' };
const server = { name: 'smtp', host: 'smtp.example.com', port: '587', auth: { user: 'u', pass: 'hunter2' } };

describe.each(providers)('$name', (provider) => {
  const entry = { name: provider.name, ...valuesOf(provider) };

  test('is accepted, alone and in a list, by the inspection and by the JSON Schema', () => {
    for (const delivery of [{ provider: entry }, { providers: [entry] }]) {
      const { config, issues } = inspected(delivery);
      expect(issues).toEqual([]);
      expect(config).toMatchObject(delivery);
      expect(validate({ ...delivery, ...mail })).toBe(true);
      expect(config && parseProviders(config)).toEqual([entry]);
      // A parsed config contains the defaults of SMTP.
      expect(inspectConnectorConfig(config)).toEqual({ config, issues: [] });
    }
  });

  test('reports each missing key, and where to find its value', () => {
    const required = provider.keys.filter(({ optional }) => !optional);
    expect(issuesOf({ provider: { name: provider.name } })).toEqual(
      required.map(
        ({ key, find, choices }) =>
          `error provider.${key}: ${key} is required: set it to ${choices ? `one of ${choices.join(', ')}` : find}`,
      ),
    );
    expect(validate({ provider: { name: provider.name }, ...mail })).toBe(required.length === 0);
  });

  test('shows no secret', () => {
    const { config } = inspected({ providers: [entry] });
    const shown = inspect(config, { depth: 9 });
    for (const { key, secret } of provider.keys)
      expect(shown.includes(String(entry[key as keyof typeof entry])), key).toBe(!secret);
    expect(JSON.parse(JSON.stringify(config)).providers).toEqual([entry]);
  });

  test('reads variables, and text with spaces around it', () => {
    const written = Object.fromEntries(provider.keys.map(({ key }) => [key, `\${${key}}`]));
    const padded = Object.fromEntries(
      provider.keys.map(({ key, choices }) => [key, choices ? choices[0] : ` ${entry[key as 'name']}\n`]),
    );
    const { config, issues } = inspectConnectorConfig(
      { provider: { name: provider.name, ...written }, ...mail },
      { variables: padded },
    );
    expect(issues).toEqual([]);
    expect(config?.provider).toEqual(entry);
    expect(validate({ provider: { name: provider.name, ...written }, ...mail })).toBe(true);
  });

  test('refuses values that are not valid, without quoting them', () => {
    for (const { key, choices, type } of provider.keys)
      for (const value of choices || type === 'boolean'
        ? ['elsewhere', 5]
        : ['two words', 'line\nbreak', 'schlüssel', 5]) {
        const issues = issuesOf({ provider: { ...entry, [key]: value } });
        expect(issues).toEqual([expect.stringMatching(`^error provider\\.${key}: ${key} .+: set it to `)]);
        expect(issues[0]).not.toContain(String(value));
      }
  });

  test('can use another URL', () => {
    const at = (baseUrl: unknown) => issuesOf({ provider: { ...entry, baseUrl } });
    expect(at('https://proxy.example.com/mail')).toEqual([]);
    expect(at('http://127.0.0.1:8080')).toEqual([]);
    for (const url of [
      'https://example.com/?a=b',
      'https://example.com/#a',
      'http://proxy.example.com',
      'proxy.example.com',
      5,
    ])
      expect(at(url)).toEqual([expect.stringMatching(/^error provider\.baseUrl: baseUrl must be a URL/)]);
  });
});

describe('the message says what to write instead', () => {
  const names = [...apiProviders.map(({ name }) => name), 'smtp'].join(', ');
  const example = '{ "name": "resend", "apiKey": … }';
  const smtpKey = (key: string, selector = 'provider') =>
    `error ${key}: ${key} is for an SMTP server, but ${selector} already selects how to send: remove one of them, or list both as "providers": [{ "name": "smtp", "${key}": … }, …] for failover`;

  test.each<[name: string, delivery: object, issues: string[]]>([
    [
      'a name as text',
      { provider: 'resend' },
      [`error provider: a provider must be an object such as ${example}`],
    ],
    [
      'a list as provider',
      { provider: [resend] },
      [`error provider: a provider must be an object such as ${example}`],
    ],
    [
      'no name',
      { provider: { apiKey: 're_1' } },
      [`error provider.name: a provider requires a name: set name to one of ${names}`],
    ],
    [
      'a number as name',
      { provider: { name: 5 } },
      [`error provider.name: the name of a provider must be a string: set name to one of ${names}`],
    ],
    [
      'a misspelled name',
      { provider: { ...resend, name: 'Resent' } },
      ['error provider.name: the provider is not known: did you mean "resend"?'],
    ],
    [
      'an unknown name',
      { provider: { name: 'pigeon' } },
      [`error provider.name: the provider is not known: set name to one of ${names}`],
    ],
    [
      'a property of every object as name',
      { provider: { name: 'constructor' } },
      [`error provider.name: the provider is not known: set name to one of ${names}`],
    ],
    [
      'a misspelled key',
      { provider: { name: 'resend', apikey: 're_1' } },
      [
        'error provider.apiKey: apiKey is required: set it to a Resend API key with sending access (https://resend.com/api-keys)',
        'warning provider.apikey: unknown key apikey: did you mean apiKey?',
      ],
    ],
    [
      'a key of the provider at the top level',
      { provider: resend, apiKey: 're_1' },
      ['warning apiKey: unknown key apiKey: move it into provider, as "provider": { "apiKey": … }'],
    ],
    [
      'an SMTP server and a provider',
      { provider: resend, host: 'smtp.example.com', port: 587, auth: server.auth },
      [smtpKey('host'), smtpKey('port'), smtpKey('auth')],
    ],
    [
      'a URL and a list',
      { providers: [resend], url: 'smtp://smtp.example.com' },
      [smtpKey('url', 'providers')],
    ],
    [
      'options of SMTP and a provider',
      { provider: resend, tls: {}, maxConnections: 5, logger: true },
      [
        'warning tls: tls has no effect with provider: remove it',
        'warning maxConnections: maxConnections has no effect with provider: remove it',
      ],
    ],
    [
      'a provider and a list',
      { provider: resend, providers: [server] },
      ['error provider: provider and providers cannot be combined: move the provider into the list'],
    ],
    [
      'an empty list',
      { providers: [] },
      ['error providers: providers is empty: add a provider, or remove providers'],
    ],
    [
      'an object as list',
      { providers: resend },
      [`error providers: providers must be a list of providers in order of failover, such as [${example}]`],
    ],
    [
      'text in a list',
      { providers: [resend, 'smtp'] },
      [`error providers[1]: a provider must be an object such as ${example}`],
    ],
    [
      'a server in a list without a host',
      { providers: [resend, { name: 'smtp', port: 'abc', auth: { user: 'u' } }] },
      [
        'error providers[1].port: port must be a number from 1 to 65535, not "abc"',
        'error providers[1].auth.pass: auth.pass is required: set it to the password for auth.user, or remove auth if the server requires no login',
        'error providers[1].host: host is required: set it to the name of your SMTP server, such as "smtp.example.com"',
      ],
    ],
    [
      'likely mistakes in a server in a list',
      { providers: [{ ...server, secure: true, ca: 'x', ehloName: 'bücher.example', tls: { sni: 1 } }] },
      [
        'warning providers[0].ca: unknown key ca: move it into tls, as "tls": { "ca": … }',
        'warning providers[0].tls.sni: unknown key tls.sni: it is ignored',
        'warning providers[0].secure: port 587 starts in plain text and upgrades to TLS with STARTTLS: set "secure": false',
        'warning providers[0].ehloName: ehloName is sent in EHLO, where many servers accept only ASCII (Gmail: 501 5.5.4): set it to a host name',
      ],
    ],
  ])('%s', (_name, delivery, issues) => {
    expect(issuesOf(delivery)).toEqual(issues);
  });
});

describe('an SMTP server in a list', () => {
  test('is normalized like a config', () => {
    const { config, issues } = inspected({
      providers: [
        { ...resend, baseUrl: null },
        { name: 'smtp', url: 'smtps://u:hunter2@smtp.example.com', ehloName: 'app.example.com', dkim: '' },
      ],
    });
    expect(issues).toEqual([]);
    expect(config?.providers).toMatchObject([
      resend,
      {
        name: 'smtp',
        host: 'smtp.example.com',
        port: 465,
        secure: true,
        auth: { user: 'u', pass: 'hunter2' },
        ehloName: 'app.example.com',
        connectionTimeout: 120_000,
      },
    ]);
    expect(inspect(config, { depth: 9 })).not.toContain('hunter2');
    expect(validate({ providers: [resend, server], ...mail })).toBe(true);
    expect(validate({ providers: [resend, { name: 'smtp' }], ...mail })).toBe(false);
  });

  test('is the result of parseProviders for SMTP keys', () => {
    const [only, ...others] = parseProviders({ ...server, name: 'app.example.com', templates: 'not read' });
    expect(only).toMatchObject({
      name: 'smtp',
      host: 'smtp.example.com',
      port: 587,
      ehloName: 'app.example.com',
    });
    expect(others).toEqual([]);
    expect(parseProviders({ providers: [only] })).toEqual([only]);
  });
});

test('parseProviders throws every problem of the delivery', () => {
  expect(() => parseProviders({ provider: { name: 'resend' }, host: 'x' })).toThrow(
    'The config has 2 problems',
  );
  expect(() => parseProviders({})).toThrow('host is required');
});

test('parseSmtpConfig refers to createTransport', () => {
  const config = parseConnectorConfig({ provider: resend, ...mail });
  expect(() => parseSmtpConfig(config)).toThrow(
    'provider: provider selects how to send: create the transport with createTransport from @postern/transport',
  );
});
