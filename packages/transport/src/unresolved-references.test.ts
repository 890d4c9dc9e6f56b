// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references in a config look like that
import { type ApiProvider, apiProviders, ConfigError, createMailer, formatPath } from '@postern/core';
import { createAmazonSesTransport } from '@postern/transport-http/amazon-ses';
import { createMailgunTransport } from '@postern/transport-http/mailgun';
import { createResendTransport } from '@postern/transport-http/resend';
import { createSmtpTransport } from '@postern/transport-smtp';
import { expect, test } from 'vitest';
import { createTransport } from './index.js';

const providers: readonly ApiProvider[] = apiProviders;
const server = { host: 'smtp.example.com', port: 587, auth: { user: 'app', pass: 'secret' } };
const mail = { fromEmail: 'a@example.com', templates: [] };

/** The paths and messages of the errors. */
function refusalsOf(create: () => unknown): string[] {
  try {
    create();
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).issues.map(({ path, message }) => `${formatPath(path)}: ${message}`);
  }
}

test.each(providers)('createTransport refuses a reference in each key of $name', ({ name, keys }) => {
  const required = keys.filter(({ optional }) => !optional);
  const provider = Object.fromEntries(
    required.map(({ key, choices, example }) => [key, choices?.[0] ?? example ?? 'value']),
  );
  for (const { key } of [...keys, { key: 'baseUrl' }])
    for (const [path, config] of [
      [`provider.${key}`, { provider: { name, ...provider, [key]: '${A_NAME}' } }],
      [`providers[0].${key}`, { providers: [{ name, ...provider, [key]: '${A_NAME}' }] }],
    ] as const)
      expect(refusalsOf(() => createTransport(config as never))).toEqual([
        expect.stringContaining(`${path}: ${path} refers to the variable \${A_NAME}`),
      ]);
});

test.each([
  ['auth.pass', { ...server, auth: { user: 'app', pass: '${SMTP_PASS}' } }],
  ['auth.user', { ...server, auth: { user: '${SMTP_USER}', pass: 'secret' } }],
  [
    'auth.clientSecret',
    { ...server, auth: { user: 'app', clientId: 'a', clientSecret: '${S}', accessUrl: 'https://a.example' } },
  ],
  ['host', { ...server, host: '${SMTP_HOST}' }],
  ['host', { ...server, host: 'smtp.${DOMAIN}' }],
  ['port', { ...server, port: '${SMTP_PORT}' }],
  ['url', { url: '${SMTP_URL}' }],
  ['url', { url: 'smtps://app:${SMTP_PASS}@smtp.example.com' }],
  [
    'dkim.privateKey',
    { ...server, dkim: { domainName: 'example.com', keySelector: 'a', privateKey: '${DKIM_KEY}' } },
  ],
])('createTransport and createSmtpTransport refuse a reference in %s', (path, config) => {
  for (const create of [createTransport, createSmtpTransport])
    expect(refusalsOf(() => create(config as never))).toContainEqual(
      expect.stringMatching(new RegExp(`^${path}: ${path} refers to the variable \\$\\{\\w+\\}: `)),
    );
});

test.each<[string, () => unknown]>([
  ['apiKey', () => createResendTransport({ apiKey: '${RESEND_API_KEY}' })],
  ['baseUrl', () => createResendTransport({ apiKey: 're_1' }, { baseUrl: 'https://${HOST}/' })],
  ['domain', () => createMailgunTransport({ apiKey: 'a', domain: '${DOMAIN}' })],
  [
    'region',
    () => createAmazonSesTransport({ region: '${AWS_REGION}', accessKeyId: 'a', secretAccessKey: 'b' }),
  ],
  ['fromEmail', () => createTransport({ ...server, fromEmail: 'Acme <noreply@${DOMAIN}>' })],
  [
    'fromEmail',
    () =>
      createMailer({ config: { ...mail, fromEmail: '${SENDER}' }, transport: createSmtpTransport(server) }),
  ],
  [
    'replyTo',
    () => createMailer({ config: { ...mail, replyTo: '${HELP}' }, transport: createSmtpTransport(server) }),
  ],
])('the functions for one transport, and createMailer, refuse a reference in %s', (path, create) => {
  expect(refusalsOf(create)).toEqual([
    expect.stringMatching(new RegExp(`^${path}: .*refers to the variable \\$\\{\\w+\\}: `)),
  ]);
});

test.each(['a${B}c', '${B}${C}', '$${B}', '${b', '${B-C}', '{B}', '$B'])(
  'a password can be %s',
  async (pass) => {
    await createTransport({ ...server, auth: { user: 'app', pass } }).close();
    await createResendTransport({ apiKey: pass }).close();
  },
);
