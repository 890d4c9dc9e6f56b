// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { describe, expect, it } from 'vitest';
import { inspectConnectorConfig, parseConnectorConfig } from '../index.js';

const template = (usageType: string) => ({
  usageType,
  contentType: 'text/plain',
  subject: 'Your code',
  content: '{{code}} ${SMTP_PASS}',
});

const config = (keys: Record<string, unknown> = {}) => ({
  host: 'smtp.example.com',
  port: '${SMTP_PORT}',
  auth: { user: 'postern', pass: '${SMTP_PASS}' },
  fromEmail: 'Example <noreply@${DOMAIN}>',
  customHeaders: { 'X-Tags': ['${TAG}-mail', '$${TAG}', '$ {TAG} {TAG} $TAG'] },
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map(template),
  ...keys,
});

const variables = { SMTP_PORT: '465', SMTP_PASS: 'pa$$w${SMTP_PORT}rd', DOMAIN: 'example.com', TAG: 'auth' };

describe('references in a config', () => {
  it('are replaced with the values of variables, once, and never in templates', () => {
    const parsed = parseConnectorConfig(config(), { variables });
    expect(parsed.port).toBe(465);
    expect(parsed.auth).toMatchObject({ pass: 'pa$$w${SMTP_PORT}rd' });
    expect(parsed.fromEmail).toBe('Example <noreply@example.com>');
    expect(parsed.customHeaders).toEqual({ 'X-Tags': ['auth-mail', '${TAG}', '$ {TAG} {TAG} $TAG'] });
    expect(parsed.templates[0]?.content).toBe('{{code}} ${SMTP_PASS}');
  });

  it('do not change the input', () => {
    const input = config();
    parseConnectorConfig(input, { variables });
    expect(input).toEqual(config());
  });

  it('to variables that are not set or empty are errors that name the variable, along with other issues', () => {
    const { config: usable, issues } = inspectConnectorConfig(config({ fromEmial: 'x' }), {
      variables: { ...variables, SMTP_PORT: undefined, SMTP_PASS: '' },
    });
    expect(usable).toBeUndefined();
    expect(issues.map(({ severity, path, code, message }) => [severity, path, code, message])).toEqual([
      [
        'error',
        ['port'],
        'variable_not_set',
        'port refers to the variable SMTP_PORT, which is not set: set the variable',
      ],
      [
        'error',
        ['auth', 'pass'],
        'variable_not_set',
        'auth.pass refers to the variable SMTP_PASS, which is empty: set the variable',
      ],
      ['warning', ['fromEmial'], 'unknown_key', 'unknown key fromEmial: did you mean fromEmail?'],
    ]);
  });

  it('read only own properties', () => {
    const { issues } = inspectConnectorConfig(config({ name: '${constructor}' }), { variables });
    expect(issues).toContainEqual(expect.objectContaining({ path: ['name'], code: 'variable_not_set' }));
  });

  it.each([
    ['auth.pass', { auth: { user: 'app', pass: '${SMTP_PASS}' } }],
    ['auth.user', { auth: { user: '${SMTP_USER}', pass: 'secret' } }],
    ['host', { host: '${SMTP_HOST}' }],
    ['port', { port: '${SMTP_PORT}' }],
    ['fromEmail', { fromEmail: '${SENDER}' }],
    ['replyTo', { replyTo: '${REPLY_TO}' }],
    ['tls.ca', { tls: { ca: '${CA}' } }],
    ['customHeaders.X-Stage', { customHeaders: { 'X-Stage': '${STAGE}' } }],
  ])('without variables, a reference in %s is an error with the fix', (path, change) => {
    const valid = { port: 587, fromEmail: 'a@example.com', auth: { user: 'app', pass: 'secret' } };
    const { config: usable, issues } = inspectConnectorConfig(config({ ...valid, ...change }));
    expect(usable).toBeUndefined();
    expect(issues).toEqual([
      {
        severity: 'error',
        path: path.split('.'),
        code: 'variable_unresolved',
        message: expect.stringMatching(
          /^(.+) refers to the variable \$\{\w+\}: call parseConnectorConfig\(json, \{ variables: process\.env \}\)/,
        ),
      },
    ]);
  });

  it('can be part of a password', () => {
    const auth = { user: 'postern', pass: 'a${B}c' };
    expect(parseConnectorConfig(config({ port: 587, fromEmail: 'a@example.com', auth })).auth).toMatchObject(
      auth,
    );
  });
});
