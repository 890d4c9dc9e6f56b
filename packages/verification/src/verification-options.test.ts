import { ConfigError } from '@postern/core';
import { expect, test } from 'vitest';
import { createVerification, memoryStore } from './index.js';

const valid = {
  mailer: { send: () => expect.unreachable() },
  store: memoryStore(),
  keys: [{ id: 'test', secret: 'the secret of these tests, 32 or more' }],
};

test.each<[object, string, RegExp]>([
  [{ ...valid, keys: undefined, secret: 's'.repeat(32) }, 'secret', /the options are .*\bkeys\b/],
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
  expect(create).toThrow(`${path}: is not an option`);
});

test('shows an example of a list of keys', () => {
  const create = () => createVerification(Object({ ...valid, keys: 's'.repeat(32) }));
  expect(create).toThrow('keys: must be a list of keys, such as [{ id: "2026-11", secret }]');
});
