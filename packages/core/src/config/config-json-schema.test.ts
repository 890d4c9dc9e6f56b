import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
// The build makes the JSON Schema.
import { connectorConfigJsonSchema, inspectConnectorConfig } from '../../dist/index.js';
import { REQUIRED_TEMPLATES, seedConfig, template } from '../../fixtures/seed-config.js';

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, strict: true, strictRequired: false });
const validate = ajv.compile(connectorConfigJsonSchema);

const dkim = { domainName: 'example.com', keySelector: 's', privateKey: 'k' };

test('the schema is a JSON Schema of draft 2020-12', () => {
  expect(ajv.validateSchema(connectorConfigJsonSchema)).toBe(true);
  expect(connectorConfigJsonSchema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
});

describe('the schema and the inspection accept', () => {
  test.each<[name: string, config: object]>([
    ['the config of the manual', seedConfig()],
    ['the config of the manual, with a number for the port', seedConfig({ port: 587 })],
    [
      'a url',
      { url: 'smtps://u:p@smtp.example.com', fromEmail: 'a@example.com', templates: REQUIRED_TEMPLATES },
    ],
    [
      'a service',
      {
        service: 'SendGrid',
        auth: { user: 'u', pass: 'p' },
        fromEmail: 'a@example.com',
        templates: REQUIRED_TEMPLATES,
      },
    ],
    ['one template', seedConfig({ templates: [template('SignIn')] })],
    ['no login', seedConfig({ auth: {} })],
    ['no auth', JSON.parse(JSON.stringify(seedConfig({ auth: undefined })))],
    [
      'a service key',
      seedConfig({ auth: { type: 'OAuth2', user: 'u', serviceClient: 'c', privateKey: 'k' } }),
    ],
    [
      'client credentials',
      seedConfig({
        auth: {
          user: 'u',
          clientId: 'c',
          clientSecret: 's',
          scope: 'mail',
          accessUrl: 'https://id.example.com/',
        },
      }),
    ],
    ['a token', seedConfig({ auth: { type: 'oauth2', user: 'u', accessToken: 't' } })],
    [
      'everything',
      seedConfig({
        secure: false,
        tls: { minVersion: 'TLSv1.2' },
        servername: 'x',
        ignoreTLS: false,
        requireTLS: true,
        name: 'host.example.com',
        localAddress: '192.0.2.1',
        connectionTimeout: '1000',
        greetingTimeout: 1,
        socketTimeout: 0,
        dnsTimeout: 5,
        logger: true,
        debug: true,
        disableFileAccess: false,
        disableUrlAccess: false,
        dkim,
        envelopeFrom: 'b@example.com',
        pool: true,
        maxConnections: 3,
        maxMessages: '5',
        idleTimeout: 9,
        replyTo: 'c@example.com',
        defaultLocale: 'de',
        customHeaders: { 'X-A': ['a'], 'X-B': 'b' },
        templates: [
          ...REQUIRED_TEMPLATES,
          template('Welcome', { locale: 'de', text: 't', replyTo: 'r@x.com', sendFrom: 'S <s@x.com>' }),
        ],
      }),
    ],
  ])('%s', (_name, config) => {
    // biome-ignore format: a table
    validate(config);

    expect(validate.errors).toBeNull();
    expect(inspectConnectorConfig(config).config).toBeDefined();
  });
});

describe('the schema and the inspection refuse', () => {
  test.each<[name: string, change: object]>([
    ['no sender', { fromEmail: undefined }],
    ['no host', { host: undefined }],
    ['no port', { port: undefined }],
    ['auth in words', { auth: 'none' }],
    ['a port in words', { port: 'abc' }],
    ['a port out of range', { port: 70_000 }],
    ['a user without a password', { auth: { user: 'u' } }],
    ['a service account without its key', { auth: { user: 'u', serviceClient: 'c' } }],
    ['OAuth2 without a token', { auth: { type: 'OAuth2', user: 'u', clientId: 'c' } }],
    ['client credentials without a secret', { auth: { user: 'u', clientId: 'c', scope: 'mail' } }],
    ['a type of auth that there is not', { auth: { type: 'basic', user: 'u', pass: 'p' } }],
    ['contentType in short', { templates: [...REQUIRED_TEMPLATES, template('X', { contentType: 'html' })] }],
    ['no template', { templates: [] }],
    [
      'a template without content',
      { templates: [...REQUIRED_TEMPLATES, { ...template('X'), content: undefined }] },
    ],
    ['a url of the web', { url: 'https://example.com' }],
    ['text for a switch', { secure: 'maybe' }],
    ['half of dkim', { dkim: { ...dkim, privateKey: undefined } }],
    ['a header that is a number', { customHeaders: { 'X-A': 5 } }],
  ])('%s', (_name, change) => {
    const config = JSON.parse(JSON.stringify(seedConfig(change)));

    expect(validate(config)).toBe(false);
    expect(inspectConnectorConfig(config).config).toBeUndefined();
  });
});

type Described = { description?: string; default?: unknown };
const properties = connectorConfigJsonSchema.properties as Record<string, Described>;

test('every key has a description', () => {
  const { items } = properties.templates as unknown as { items: { properties: Record<string, Described> } };
  const { properties: dkimProperties } = properties.dkim as { properties: Record<string, Described> };

  for (const keys of [properties, items.properties, dkimProperties])
    for (const [key, { description }] of Object.entries(keys)) expect(description, key).toMatch(/^.{10,}\.$/);
});

test('the defaults are those of a parsed config', () => {
  const { config } = inspectConnectorConfig(seedConfig());
  for (const key of [
    'connectionTimeout',
    'greetingTimeout',
    'socketTimeout',
    'dnsTimeout',
    'disableFileAccess',
    'disableUrlAccess',
  ] as const)
    expect(config?.[key], key).toBe(properties[key]?.default);
});
