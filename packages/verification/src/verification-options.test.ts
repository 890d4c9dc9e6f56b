import { ConfigError, type Logger } from '@postern/core';
import { expect, test } from 'vitest';
import { openDesk, SECRET } from '../fixtures/desk.js';
import { keysOf } from '../fixtures/keys.js';
import { createVerification, memoryStore, type PolicyInput, type VerificationOptions } from './index.js';

const valid = {
  mailer: { send: () => expect.unreachable() },
  store: memoryStore(),
  keys: [{ id: 'test', secret: SECRET }],
};

test.each<[object, string, RegExp]>([
  [{ ...valid, keys: undefined, secret: 's'.repeat(32) }, 'secret', /expected one of .*\bkeys\b/],
  [{ ...valid, policy: { codeTtl: 600 } }, 'policy.codeTtl', /did you mean codeTtlMs\?/],
  [{ ...valid, policy: { linkTtl: 600 } }, 'policy.linkTtl', /did you mean linkTtlMs\?/],
  [{ ...valid, policy: { cooldown: 60 } }, 'policy.cooldown', /did you mean cooldownMs\?/],
  ...['guesses', 'perAddress', 'perIp', 'checksPerIp'].map((rule): [object, string, RegExp] => [
    { ...valid, policy: { [rule]: { window: 3600 } } },
    `policy.${rule}.window`,
    /did you mean windowMs\?/,
  ]),
])('names the option that replaces %j', (options, path, message) => {
  const create = () => createVerification(Object(options));
  expect(create).toThrow(ConfigError);
  expect(create).toThrow(message);
  expect(create).toThrow(`${path}: unknown option`);
});

test('shows an example of a list of keys', () => {
  const create = () => createVerification(Object({ ...valid, keys: 's'.repeat(32) }));
  expect(create).toThrow('keys: must be a list of keys, such as [{ id: "2026-11", secret }]');
});

test.each<[string, Partial<VerificationOptions>]>([
  ['a short secret', { keys: keysOf('hidden') }],
  ['no keys', { keys: undefined as never }],
  ['an empty list of keys', { keys: [] as never }],
  ['a secret in place of a list', { keys: 'hidden hidden hidden hidden hidden' as never }],
  ['a short secret in a list', { keys: keysOf(SECRET, 'hidden') }],
  ['two keys with the same id', { keys: keysOf(SECRET, SECRET) }],
  ['an id that is a secret', { keys: [{ id: 'hidden hidden hidden', secret: SECRET }] }],
  ...[
    'http://app.example.com/',
    'blob:https://app.example.com/{token}',
    'javascript:alert("{token}")',
    'https://user:pass@app.example.com/{token}',
    'https://{token}.example.com/',
    'https:\\\\app.example.com\\{token}',
    'https:app.example.com/{token}',
    '//app.example.com/{token}',
    '/links/{token}',
    ' https://app.example.com/{token}',
    'https://app.example.com/\n{token}',
    `https://app.example.com/${'a'.repeat(5000)}/{token}`,
  ].map((linkUrl): [string, Partial<VerificationOptions>] => [
    `linkUrl ${linkUrl.slice(0, 60)}`,
    { linkUrl },
  ]),
  ...[
    'http://app.example.com',
    'ftp://app.example.com',
    'wss://app.example.com',
    'https://*.example.com',
    'https://user@app.example.com',
    'blob:https://app.example.com',
    'null',
  ].map((origin): [string, Partial<VerificationOptions>] => [
    `the origin ${origin}`,
    { policy: { redirectOrigins: [origin] } },
  ]),
  ['a policy with an unknown rule', { policy: { codeTTL: 5 } as PolicyInput }],
  ['a logger without methods', { logger: {} as Logger }],
  ['a negative time', { policy: { codeTtlMs: -1 } }],
  ['guesses without a limit', { policy: { guesses: { limit: 0 } } }],
  ['an origin with a path', { policy: { redirectOrigins: ['https://app.example.com/'] } }],
  ['an alphabet with a letter twice', { policy: { codeAlphabet: 'AAB' } }],
  ['too few different codes', { policy: { codeLength: 4 } }],
])('throws a ConfigError for %s', (_name, options) => {
  const create = () => openDesk(options);
  expect(create).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'config_invalid' }));
  expect(create).not.toThrow(/hidden/);
});

test('an explicit undefined selects the default', async () => {
  const { code } = openDesk({
    policy: { codeTtlMs: undefined, guesses: undefined, perIp: { limit: undefined } },
  });
  expect(await code({ ip: undefined, deliver: undefined })).toMatchObject({ resendAfter: 60 });
});
