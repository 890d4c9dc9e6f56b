import { describe, expect, test } from 'vitest';
import { seedConfig } from '../../fixtures/seed-config.js';
import {
  ConfigError,
  type ConfigIssue,
  formatPath,
  inspectConnectorConfig,
  parseSmtpConfig,
} from '../index.js';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----';
const CLIENT = { clientId: 'id', clientSecret: 'secret' };
const LOCAL = { host: 'localhost', auth: {} };
const CLIENT_CREDENTIALS = { ...CLIENT, scope: 'mail', accessUrl: 'https://login.example.com/token' };

type Row = [name: string, change: object, path: string, severity: ConfigIssue['severity'], writes: RegExp];

const tls = (options: object) => ({ tls: options });
const oauth2 = (keys: object) => ({ auth: { user: 'u', ...keys } });
const serverOnly = (option: string): Row => [
  `tls.${option}, for servers`,
  tls({ [option]: true }),
  `tls.${option}`,
  'warning',
  /remove it/,
];
const atTopLevel = (option: string, value: unknown, home: string): Row => [
  `${option} at the top level`,
  { [option]: value },
  option,
  'warning',
  new RegExp(`move it into ${home}`),
];

describe('valid keys that have no effect get a warning', () => {
  const rows: Row[] = [
    ...[{ requireTLS: true }, { secure: true, port: 465 }, {}].flatMap((mode): Row[] => {
      const severity = 'port' in mode || 'requireTLS' in mode ? 'error' : 'warning';
      const upsideDown = tls({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' });
      return [
        ['an empty list of CAs', { ...mode, ...tls({ ca: [] }) }, 'tls.ca', severity, /add a certificate/],
        [
          'minVersion above maxVersion',
          { ...mode, ...upsideDown },
          'tls.minVersion',
          severity,
          /set a lower/,
        ],
      ];
    }),
    ['an unknown minVersion', tls({ minVersion: '1.2' }), 'tls.minVersion', 'error', /TLSv1\.2/],
    ['an unknown maxVersion', tls({ maxVersion: 1.2 }), 'tls.maxVersion', 'error', /TLSv1\.2/],
    [
      'a maxVersion below the default minVersion',
      tls({ maxVersion: 'TLSv1.1' }),
      'tls.maxVersion',
      'warning',
      /also set tls\.minVersion/,
    ],
    ['a certificate without key', tls({ cert: PEM }), 'tls.cert', 'warning', /add tls\.key/],
    ['a key without certificate', tls({ key: KEY }), 'tls.key', 'warning', /add tls\.cert/],
    ['a passphrase without a key', tls({ passphrase: 'p' }), 'tls.passphrase', 'warning', /add tls\.key/],
    ...['rejectUnauthorized', 'requestOCSP', 'enableTrace', 'allowPartialTrustChain'].map(
      (option): Row => [
        `a word in tls.${option}`,
        tls({ [option]: 'never' }),
        `tls.${option}`,
        'warning',
        /must be true or false/,
      ],
    ),
    [
      'a number as rejectUnauthorized',
      tls({ rejectUnauthorized: 0 }),
      'tls.rejectUnauthorized',
      'warning',
      /must be true or false/,
    ],
    ...['ALPNCallback', 'SNICallback', 'dhparam', 'handshakeTimeout', 'honorCipherOrder', 'requestCert'].map(
      serverOnly,
    ),
    ...['isServer', 'pskIdentityHint', 'server', 'sessionIdContext', 'sessionTimeout', 'ticketKeys'].map(
      serverOnly,
    ),
    [
      'a misspelled option of tls',
      tls({ rejectUnauthorised: false }),
      'tls.rejectUnauthorised',
      'warning',
      /did you mean tls\.rejectUnauthorized/,
    ],
    ['an unrelated option of tls', tls({ colour: 1 }), 'tls.colour', 'warning', /ignored/],
    [
      'a context and its parts',
      tls({ secureContext: {}, ciphers: 'x' }),
      'tls.ciphers',
      'warning',
      /remove it/,
    ],
    ...['ca', 'crl', 'checkServerIdentity'].map(
      (option): Row => [
        `tls.${option} without verification`,
        tls({ rejectUnauthorized: false, [option]: PEM }),
        `tls.${option}`,
        'warning',
        /remove tls\.rejectUnauthorized/,
      ],
    ),
    [
      'an address as servername',
      { servername: '192.0.2.1' },
      'servername',
      'warning',
      /set it to the host name/,
    ],
    [
      'an IPv6 address as servername',
      { servername: '2001:db8::1' },
      'servername',
      'warning',
      /set it to the host name/,
    ],
    [
      'an address as tls.servername',
      tls({ servername: '192.0.2.1' }),
      'tls.servername',
      'warning',
      /set it to the host name/,
    ],
    ...['connectionTimeout', 'greetingTimeout', 'socketTimeout', 'dnsTimeout'].flatMap((key): Row[] => [
      [`${key} 0`, { [key]: 0 }, key, 'warning', /set it to a positive number of milliseconds/],
      [`${key} 0 as text`, { [key]: '0' }, key, 'warning', /set it to a positive number of milliseconds/],
      [`${key} above the maximum`, { [key]: 2 ** 31 }, key, 'warning', /2147483647 milliseconds or less/],
    ]),
    ['no pool', { pool: false }, 'pool', 'warning', /"maxMessages": 1/],
    ['no pool, as text', { pool: 'no' }, 'pool', 'warning', /"maxMessages": 1/],
    ['a service next to host and port', { service: 'SendGrid' }, 'service', 'warning', /remove "service"/],
    [
      'ignoreTLS with TLS from the first byte',
      { ignoreTLS: true, secure: true, port: 465 },
      'ignoreTLS',
      'warning',
      /remove ignoreTLS/,
    ],
    [
      'tls options without TLS',
      { ...LOCAL, ignoreTLS: true, tls: { minVersion: 'TLSv1.2' } },
      'tls',
      'warning',
      /remove ignoreTLS or tls/,
    ],
    [
      'a login mechanism without login',
      { auth: {}, authMethod: 'PLAIN' },
      'authMethod',
      'warning',
      /add auth/,
    ],
    [
      'a login mechanism without auth',
      { auth: undefined, authMethod: 'PLAIN' },
      'authMethod',
      'warning',
      /add auth/,
    ],
    [
      'a password mechanism for a token',
      { ...oauth2({ accessToken: 't' }), authMethod: 'plain' },
      'authMethod',
      'warning',
      /remove authMethod/,
    ],
    [
      'a token mechanism for a password',
      { authMethod: 'XOAUTH2' },
      'authMethod',
      'warning',
      /remove authMethod/,
    ],
    [
      'a refresh token next to a password',
      oauth2({ pass: 'p', refreshToken: 't' }),
      'auth.refreshToken',
      'warning',
      /keys for one kind of login/,
    ],
    [
      'a password next to a service key',
      oauth2({ pass: 'p', serviceClient: 'c', privateKey: KEY }),
      'auth.pass',
      'warning',
      /keys for one kind of login/,
    ],
    [
      'a scope next to a refresh token',
      oauth2({ ...CLIENT, refreshToken: 't', scope: 's' }),
      'auth.scope',
      'warning',
      /remove it/,
    ],
    [
      'an expiry for client credentials',
      oauth2({ ...CLIENT_CREDENTIALS, expires: 5 }),
      'auth.expires',
      'warning',
      /remove it/,
    ],
    [
      'an expiry without an access token',
      oauth2({ ...CLIENT, refreshToken: 't', expires: 5 }),
      'auth.expires',
      'warning',
      /add auth\.accessToken/,
    ],
    [
      'a client with only an access token',
      oauth2({ accessToken: 't', clientId: 'c' }),
      'auth.clientId',
      'warning',
      /add auth\.refreshToken/,
    ],
    ...['ca', 'cert', 'rejectUnauthorized', 'minVersion', 'ciphers'].map((key) =>
      atTopLevel(key, 'x', 'tls'),
    ),
    ...['user', 'pass', 'clientId', 'refreshToken'].map((key) => atTopLevel(key, 'x', 'auth')),
    ...['domainName', 'keySelector'].map((key) => atTopLevel(key, 'x', 'dkim')),
  ];
  test.each(rows)('%s', (_, change, path, severity, writes) => {
    const { config, issues } = inspectConnectorConfig(seedConfig(change));
    expect(issues.map((issue) => [formatPath(issue.path), issue.severity])).toEqual([[path, severity]]);
    expect(issues[0]?.message).toContain(path);
    expect(issues[0]?.message).toMatch(writes);
    expect(config === undefined).toBe(severity === 'error');
    const read = () => parseSmtpConfig(seedConfig(change));
    if (severity === 'error') expect(read).toThrow(ConfigError);
    else expect(read).not.toThrow();
  });
});

describe('keys that have an effect get no warning', () => {
  test.each<[name: string, change: object]>([
    ['a login', {}],
    ['a mechanism for a password', { authMethod: 'login' }],
    ['a mechanism for a token', { ...oauth2({ accessToken: 't' }), authMethod: 'XOAUTH2' }],
    ['an access token with its expiry', oauth2({ accessToken: 't', expires: 5 })],
    ['a refresh token', oauth2({ ...CLIENT, refreshToken: 't', accessToken: 't', expires: 5 })],
    ['client credentials', oauth2(CLIENT_CREDENTIALS)],
    ['a service key', oauth2({ serviceClient: 'c', privateKey: KEY })],
    ['a service', { service: 'SendGrid', host: undefined, port: undefined }],
    ['a service on another port', { service: 'SendGrid', host: undefined, port: 2525 }],
    ['TLS from the first byte', { port: 465, secure: true }],
    ['plain text on this machine', { ...LOCAL, ignoreTLS: true }],
    ['the longest timeouts', { connectionTimeout: 2 ** 31 - 1, socketTimeout: '2147483647' }],
    ['a pool', { pool: true, maxConnections: 2 }],
    ['a private CA', tls({ ca: PEM, servername: 'mail.example.com' })],
    ['a client certificate', tls({ cert: PEM, key: KEY, passphrase: 'p' })],
    ['a range of versions', tls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })],
    ['a host name that begins with digits', { servername: '1.2.example.com' }],
    ['an empty field', tls({ ca: '', key: null, rejectUnauthorized: null })],
  ])('%s', (_, change) => {
    expect(inspectConnectorConfig(seedConfig(change)).issues).toEqual([]);
  });
});

test.each([
  ['false', false],
  ['No', false],
  ['0', false],
  ['true', true],
  ['on', true],
])('tls.rejectUnauthorized accepts %s', (word, meant) => {
  const { config, issues } = inspectConnectorConfig(seedConfig(tls({ rejectUnauthorized: word })));
  expect(config?.tls?.rejectUnauthorized).toBe(meant);
  expect(issues).toEqual([]);
});

test.each<[options: object, path: string, says: RegExp]>([
  [{ requireTypes: 'SignIn' }, 'requireTypes', /must be a list/],
  [{ requireTypes: [5] }, 'requireTypes[0]', /must be a string/],
  [{ requiredTypes: ['SignIn'] }, 'requiredTypes', /did you mean requireTypes/],
  [{ brokenTemplate: 'warn' }, 'brokenTemplate', /"error" or "text"/],
  [{ rules: ['x'] }, 'rules[0]', /must be a function/],
  [{ variables: 'x' }, 'variables', /process\.env/],
])('the options %o of inspectConnectorConfig are refused', (options, path, says) => {
  try {
    inspectConnectorConfig(seedConfig(), options);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.issues.map((issue) => formatPath(issue.path))).toEqual([path]);
    expect(error.issues[0]?.message).toMatch(says);
  }
});
