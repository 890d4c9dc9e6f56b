import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { recordingLogger, recordingTransport } from '../fixtures/recording.js';
import { REQUIRED_TEMPLATES, seedConfig } from '../fixtures/seed-config.js';
import {
  createMailer,
  hideOnInspect,
  inspectConnectorConfig,
  maskAddress,
  parseConnectorConfig,
  parseRecipient,
  parseSendRequest,
  type SendRequest,
} from './index.js';

const SECRETS = {
  code: 'c0de-482913',
  link: 'https://example.com/reset?token=t0ken-abcdefgh1234',
  password: 'p4ssw0rd-hunter2',
  refreshToken: 'r3fresh-token-zyx',
  accessToken: '4ccess-token-wvu',
  clientSecret: 'cl13nt-secret-tsr',
  privateKey: '-----BEGIN PRIVATE KEY-----MIIsecretkey',
  passphrase: 'p4ssphrase-qpo',
};

const { clientSecret, refreshToken, accessToken } = SECRETS;

function expectNoSecret(text: string) {
  for (const secret of [...Object.values(SECRETS), 't0ken-abcdefgh1234', 'MIIsecretkey'])
    expect(text).not.toContain(secret);
}

/** Everything that a console or a log would show of it. */
const shown = (value: unknown) =>
  [
    inspect(value, { depth: 10, showHidden: false, getters: true }),
    inspect({ nested: [value] }, { depth: 10 }),
    value instanceof Error ? `${value.message} ${value.stack} ${JSON.stringify(value)}` : '',
  ].join('\n');

describe('secrets are hidden in', () => {
  test.each<[name: string, change: object]>([
    ['a password', { auth: { user: 'u', pass: SECRETS.password } }],
    ['a url', { url: `smtps://u:${SECRETS.password}@smtp.example.com`, auth: null }],
    ['tokens', { auth: { user: 'u', clientId: 'c', clientSecret, refreshToken, accessToken } }],
    [
      'client credentials',
      { auth: { user: 'u', clientId: 'c', clientSecret, scope: 's', accessUrl: 'https://id.example.com/' } },
    ],
    ['a private key', { auth: { user: 'u', serviceClient: 'c', privateKey: SECRETS.privateKey } }],
    [
      'an encrypted private key',
      {
        auth: {
          user: 'u',
          serviceClient: 'c',
          privateKey: { key: SECRETS.privateKey, passphrase: SECRETS.passphrase },
        },
      },
    ],
    ['dkim', { dkim: { domainName: 'example.com', keySelector: 's', privateKey: SECRETS.privateKey } }],
    ['tls', { tls: { key: SECRETS.privateKey, passphrase: SECRETS.passphrase } }],
  ])('a config with %s', (_name, change) => {
    const config = parseConnectorConfig(seedConfig(change));

    expectNoSecret(shown(config));
    expectNoSecret(shown(inspectConnectorConfig(seedConfig(change))));
    expect(shown(config)).toContain('[hidden]');
  });

  test('errors about a config that is not valid', () => {
    const broken: object[] = [
      { url: `http://u:${SECRETS.password}@smtp.example.com` },
      { url: `smtp://u:%zz${SECRETS.password}@smtp.example.com` },
      { url: `${SECRETS.password}` },
      { auth: SECRETS.password },
      { auth: { pass: SECRETS.password } },
      { auth: { user: 'u', pass: { value: SECRETS.password } } },
      { auth: { user: 'u', type: SECRETS.password, pass: SECRETS.password } },
      { auth: { user: 'u', serviceClient: 5, privateKey: [SECRETS.privateKey] } },
      { auth: { user: 'u', refreshToken: [SECRETS.refreshToken], accessUrl: SECRETS.accessToken } },
      { dkim: { privateKey: [SECRETS.privateKey] }, tls: SECRETS.passphrase },
    ];
    for (const change of broken) {
      const { config, issues } = inspectConnectorConfig(seedConfig({ ...change, fromEmail: null }));
      expect(config).toBeUndefined();
      expectNoSecret(JSON.stringify(issues));
      expectNoSecret(
        shown(catchError(() => parseConnectorConfig(seedConfig({ ...change, fromEmail: null })))),
      );
    }
  });

  test('an email and a mailer', async () => {
    const mailer = mailerWith();
    const email = await mailer.render({
      to: 'ada@example.com',
      type: 'SignIn',
      payload: { code: SECRETS.code, link: SECRETS.link },
    });

    expect(email.text).toContain(SECRETS.code);
    expect(email.headers['OTP-Token']).toContain(SECRETS.code);
    expectNoSecret(shown(email));
    expectNoSecret(shown(mailer));
  });

  test('errors and log events of failed requests', async () => {
    const logger = recordingLogger();
    const { code, link } = SECRETS;
    const mailer = mailerWith(logger);
    const requests: object[] = [
      {},
      { to: `${code}@@example.com` },
      { to: link },
      { to: 5 },
      { type: 5 },
      { type: 'OrganizationInvitation', payload: { code } },
      { payload: { code: [code], link: { to: link } } },
      { payload: { code, token: new Date() } },
      { payload: { code: `${code}${'x'.repeat(100_000)}` } },
      { payload: { code: 5, token: code } },
      { payload: code },
      { locale: [code, 5] },
      { expiresAt: code },
      { expiresAt: new Date(0) },
      { idempotencyKey: code.repeat(100) },
      { locale: link, ip: '203.0.113.7', idempotencyKey: code },
    ];
    for (const change of requests) {
      const request = {
        to: 'ada@example.com',
        type: 'SignIn',
        payload: { code, link },
        ...change,
      } as SendRequest;
      await mailer.send(request).catch((error: unknown) => expectNoSecret(shown(error)));
    }

    expect(logger.events.filter(({ event }) => event === 'mail.failed')).toHaveLength(14);
    expectNoSecret(JSON.stringify(logger.events));
  });

  test('errors of functions that read requests and addresses', () => {
    expectNoSecret(shown(catchError(() => parseRecipient(`${SECRETS.code}, ${SECRETS.link}`))));
    expectNoSecret(shown(catchError(() => parseSendRequest({ to: [SECRETS.code], payload: SECRETS.link }))));
  });

  function mailerWith(logger = recordingLogger()) {
    const config = parseConnectorConfig(
      seedConfig({
        auth: { user: 'u', pass: SECRETS.password },
        templates: REQUIRED_TEMPLATES.map((template) => ({
          ...template,
          contentType: 'text/html',
          subject: '{{code}} is your code',
          content:
            '{{code}} <a href="{{link}}">{{link}}</a> {{#if (eq code "1")}}{{organization.name}}{{/if}}',
        })),
      }),
    );
    return createMailer({
      config,
      transport: recordingTransport(),
      logger,
      otpOrigin: 'https://example.com',
    });
  }

  function catchError(run: () => unknown): unknown {
    try {
      return expect.fail(`did not throw: ${run()}`);
    } catch (error) {
      return error;
    }
  }
});

describe('the secrets of an email', () => {
  test('are its codes, its links with their tokens, and values whose names indicate a secret', async () => {
    const mailer = createMailer({
      config: {
        fromEmail: 'a@example.com',
        templates: [{ usageType: 'Generic', contentType: 'text/plain', subject: 's', content: '{{code}}' }],
      },
      transport: recordingTransport(),
    });
    const { secrets } = await mailer.render({
      to: 'ada@example.com',
      type: 'Generic',
      payload: {
        code: '482913',
        link: 'https://example.com/verify/abcdefghijkl?user=7&token=mnopqrstuvwx#frag',
        application: { name: 'Notes', website: 'https://notes.example.com/' },
        user: { name: 'Ada', resetPassword: { value: 'hunter2' } },
        recoveryCodes: ['aaaa-bbbb', 17],
      },
    });

    expect(secrets).toEqual([
      '482913',
      'https://example.com/verify/abcdefghijkl?user=7&token=mnopqrstuvwx#frag',
      'abcdefghijkl',
      'mnopqrstuvwx',
      'https://notes.example.com/',
      'hunter2',
      'aaaa-bbbb',
      '17',
    ]);
  });
});

test.each([
  ['ada@example.com', 'a***@example.com'],
  ['ü@bücher.example', 'ü***@bücher.example'],
  ['Ada <ada@example.com>', 'A***@example.com'],
  ['@example.com', '***'],
  ['ada', '***'],
  ['', '***'],
  ['a@x.com\r\nBcc: b@x.com', '***'],
  ['ada@has spaces', '***'],
])('maskAddress(%j) is %j', (address, masked) => {
  expect(maskAddress(address)).toBe(masked);
});

test('hideOnInspect leaves the value readable', () => {
  const login = hideOnInspect({ user: 'u', pass: 'p', unset: undefined }, ['pass', 'unset']);

  expect(login.pass).toBe('p');
  expect(inspect(login)).toBe("{ user: 'u', pass: '[hidden]', unset: undefined }");
  expect(JSON.stringify({ ...login })).toBe('{"user":"u","pass":"p"}');
});
