import { equalTexts } from '@postern/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keysOf } from '../fixtures/keys.js';
import { createKeyring } from './keyring.js';

const SECRETS: [string, string, string] = ['the newest secret', 'the one before', 'the oldest secret'];
const claim = (code: string) => ['code', 'SignIn', 'ada@example.com', code] as const;

/** The calls of Web Crypto, in order. Different calls could reveal a code by their time. */
const calls: string[] = [];
beforeEach(() => {
  calls.length = 0;
  const names = ['importKey', 'sign', 'decrypt'] as const;
  for (const name of names) {
    const original = crypto.subtle[name].bind(crypto.subtle) as (...values: unknown[]) => Promise<unknown>;
    vi.spyOn(crypto.subtle, name).mockImplementation(((...values: unknown[]) => {
      const sizes = values.filter((value) => value instanceof Uint8Array).map(({ byteLength }) => byteLength);
      calls.push([name, ...sizes].join(' '));
      return original(...values);
    }) as never);
  }
});
afterEach(() => void vi.restoreAllMocks());

const CODES: [string, string, string, boolean][] = [
  ['the right code, signed with the newest secret', SECRETS[0], '482913', true],
  ['the right code, signed with an older secret', SECRETS[1], '482913', true],
  ['the right code, signed with the oldest secret', SECRETS[2], '482913', true],
  ['a code that differs at its start', SECRETS[0], '982913', false],
  ['a code that differs at its end', SECRETS[0], '482919', false],
  ['a code that differs everywhere', SECRETS[0], '111111', false],
  ['a code signed with a retired secret', 'a retired secret', '482913', false],
];

/** Waits until the secrets are imported. */
async function openKeyring() {
  const keyring = createKeyring(keysOf(...SECRETS));
  await keyring.digests('import the secrets');
  calls.length = 0;
  return keyring;
}

test.each(CODES)('compares %s with the same steps', async (_, secret, code, isRight) => {
  const mac = await createKeyring(keysOf(secret)).sign(claim('482913'));
  const keyring = await openKeyring();
  expect(await keyring.matches(['', mac, mac.slice(1), mac], claim(code))).toEqual([
    false,
    isRight,
    false,
    isRight,
  ]);
  // Every secret is tried, even after a match, and once for any number of MACs.
  expect(calls).toEqual(SECRETS.map(() => expect.stringMatching(/^sign \d+$/)));
  expect(new Set(calls).size).toBe(1);
});

test.each(CODES)('decrypts with the same steps with %s', async (_, secret, code, isRight) => {
  const contents = { to: 'ada@example.com', type: 'SignIn' };
  const sealed = await createKeyring(keysOf(secret)).seal('an id', '482913', contents);
  const keyring = await openKeyring();
  expect(await keyring.open({ id: 'an id', sealed }, code)).toEqual(isRight ? contents : undefined);
  const steps = calls.map((call) => call.split(' ')[0]).sort();
  expect(steps).toEqual(['decrypt', 'importKey', 'sign'].flatMap((step) => SECRETS.map(() => step)));
});

test('imports each secret once, and not before the first call', async () => {
  const keyring = createKeyring(keysOf(...SECRETS));
  expect(calls).toEqual([]);
  const mac = await keyring.sign(claim('482913'));
  await Promise.all([
    keyring.matches([mac], claim('482913')),
    keyring.digests('subject', 'a'),
    keyring.digests('b'),
  ]);
  expect(calls.filter((call) => call.startsWith('importKey'))).toHaveLength(SECRETS.length);
});

test.each([
  ['', '', true],
  ['a', '', false],
  ['', 'a', false],
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'bbc', false],
  ['abc', 'abcd', false],
  ['abcd', 'abc', false],
  ['\0', '', false],
  ['', '\0', false],
  ['a', 'š', false],
])('compares the texts %j and %j', (a, b, isEqual) => {
  expect(equalTexts(a, b)).toBe(isEqual);
});
