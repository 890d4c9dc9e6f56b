import { readFile } from 'node:fs/promises';
import { MailError } from '@postern/core';
import { expect, test } from 'vitest';
import { ADA, openDesk } from '../fixtures/desk.js';
import { keysOf } from '../fixtures/keys.js';
import { memoryStore, type Random, type VerificationOptions, type VerificationStore } from './index.js';

const OLD = 'the older secret of these tests, 32 or more';
const NEW = 'the newer secret, with ä, 漢字 and 🔑, 32 or more';
const IP = '2001:db8::1';
const REDIRECT = 'https://app.example.com/after?name=Jörg&next=%2F';

/** The same values in every run. */
function predictableRandom(): Random {
  let serial = 0;
  return {
    int: (limit) => (serial++ * 7) % limit,
    bytes: (size) => Uint8Array.from({ length: size }, () => (serial++ * 89) % 256),
  };
}

/** Records every request to the store. */
function recordingStore() {
  const requests: [method: string, request: unknown][] = [];
  const store = new Proxy(memoryStore(), {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (request: unknown) => {
        requests.push([String(name), request]);
        return Reflect.apply(method, target, [request]);
      };
    },
  });
  return { store, requests };
}

/** Signs in with a code and with a link, and returns everything that the store received. */
async function signIn(keys: VerificationOptions['keys']) {
  const { store, requests } = recordingStore();
  const policy = { redirectOrigins: ['https://app.example.com'] };
  const {
    verification,
    lastCode,
    requests: emails,
  } = openDesk({
    ...{ store: store satisfies VerificationStore, keys, policy, random: predictableRandom() },
  });
  await verification.start({ ...ADA, method: 'code', ip: IP });
  await expect(verification.check({ ...ADA, code: 'WRONG', ip: IP })).rejects.toThrow();
  expect(await verification.check({ ...ADA, code: lastCode(), ip: IP })).toMatchObject({ to: ADA.to });

  const joerg = { to: '"jörg"@exämple.com', type: 'Register' } as const;
  const link = () => String(emails.at(-1)?.payload.link);
  await verification.start({ ...joerg, method: 'link', ip: IP, redirectTo: REDIRECT });
  const token = new URL(link()).searchParams.get('token') ?? '';
  await verification.peekLink(token);
  expect(await verification.consumeLink(token)).toMatchObject({ redirectTo: new URL(REDIRECT).href });
  await verification.cancel(joerg);
  return requests;
}

// The file was written by the first version, which used node:crypto. Databases contain such data, so never update the file.
test('stores the same data as the first version, byte for byte, and reads it', async () => {
  const file = new URL('../fixtures/stored-data.json', import.meta.url);
  const expected: unknown = JSON.parse(await readFile(file, 'utf8'));
  const actual = { oneKey: await signIn(keysOf(OLD)), rotation: await signIn(keysOf(NEW, OLD)) };
  expect(JSON.parse(JSON.stringify(actual))).toEqual(expected);
});

test.each([
  ['is empty', ''],
  ['is shorter than the tag', 'c2VhbGVk'],
  ['is not base64url', 'ä%'],
  ['was changed', 'A'.repeat(120)],
])('treats a challenge as missing if its sealed part %s', async (_name, sealed) => {
  const inner = memoryStore();
  const store = {
    ...inner,
    put: ({ challenge, ...request }: Parameters<VerificationStore['put']>[0]) =>
      inner.put({ ...request, challenge: { ...challenge, sealed } }),
  };
  const { code, check, lastCode } = openDesk({ store });
  await code();
  const failure: unknown = await check({ code: lastCode() }).catch((error: unknown) => error);
  expect(failure).not.toBeInstanceOf(MailError);
  expect(failure).toMatchObject({ name: 'VerificationError', code: 'code_incorrect' });
});
