import { expect, test, vi } from 'vitest';
import { keysOf } from '../fixtures/keys.js';

/** The steps of a comparison, in order. Different steps could reveal a code by their time. */
const { steps } = vi.hoisted(() => ({ steps: [] as string[] }));
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>();
  return {
    ...original,
    createHmac(...[algorithm, secret]: Parameters<typeof original.createHmac>) {
      steps.push(`hmac ${secret}`);
      return original.createHmac(algorithm, secret);
    },
    timingSafeEqual(...[actual, expected]: Parameters<typeof original.timingSafeEqual>) {
      steps.push(`compare ${actual.byteLength} with ${expected.byteLength} bytes`);
      return original.timingSafeEqual(actual, expected);
    },
  };
});

const { createKeyring } = await import('./keyring.js');

const SECRETS: [string, string, string] = ['the newest secret', 'the one before', 'the oldest secret'];
const claim = (code: string) => ['code', 'SignIn', 'ada@example.com', code] as const;

/** Returns whether the code is right, and the steps of the comparison. */
function compare(signedWith: string, code: string) {
  const mac = createKeyring(keysOf(signedWith)).sign(claim('482913'));
  steps.length = 0;
  return { isRight: createKeyring(keysOf(...SECRETS)).matches(mac, claim(code)), steps: [...steps] };
}

test.each([
  ['the right code, signed with the newest secret', SECRETS[0], '482913', true],
  ['the right code, signed with an older secret', SECRETS[1], '482913', true],
  ['the right code, signed with the oldest secret', SECRETS[2], '482913', true],
  ['a code that differs at its start', SECRETS[0], '982913', false],
  ['a code that differs at its end', SECRETS[0], '482919', false],
  ['a code that differs everywhere', SECRETS[0], '111111', false],
  ['a code signed with a retired secret', 'a retired secret', '482913', false],
])('compares %s with the same steps', (_, secret, code, isRight) => {
  expect(compare(secret, code)).toEqual({
    isRight,
    // Every secret is tried, even after a match, and each comparison takes constant time.
    steps: [...SECRETS.map((each) => `hmac ${each}`), ...SECRETS.map(() => 'compare 32 with 32 bytes')],
  });
});
