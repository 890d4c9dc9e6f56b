import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import type { SecretKey } from '@postern/core';
import { z } from 'zod';
import type { Challenge } from './verification-store.js';

/** The part of a challenge that only the holder of the code or the token can read. */
const contentsSchema = z.object({ to: z.string(), type: z.string(), redirectTo: z.string().optional() });
export type Contents = z.output<typeof contentsSchema>;

/** The input of a MAC. */
type Claim = readonly [method: 'code' | 'link', type: string, address: string, value: string];

export interface Keyring {
  /**
   * Returns the digests under which data is stored, one for each key, in order. New data is stored under the first. The
   * others find data from before a rotation, or from processes that have not switched yet.
   */
  digests(...parts: readonly [purpose: string, ...string[]]): [string, ...string[]];
  sign(claim: Claim): string;
  /** Whether the MAC belongs to this claim, under any key. Takes the same time for every claim. */
  matches(mac: string, claim: Claim): boolean;
  seal(id: string, value: string, contents: Contents): string;
  /** @returns `undefined` for the wrong value */
  open(challenge: Pick<Challenge, 'id' | 'sealed'>, value: string): Contents | undefined;
}

// Each derived key encrypts only one message, so the nonce can be constant.
const NONCE = Buffer.alloc(12);
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

// JSON is unambiguous: no two lists of strings have the same encoding.
const hmac = (secret: string, parts: readonly string[]): Buffer =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest();

/**
 * Contains all cryptography of the package. The first key signs and seals. To verify or open data, every key is tried, so
 * the time does not show which key matches, and stored data needs no key id.
 */
export function createKeyring(keys: readonly [SecretKey, ...SecretKey[]]): Keyring {
  const [first, ...others] = keys;
  const signing = first.secret;
  const secrets = keys.map(({ secret }) => secret);
  const digest = (secret: string, parts: readonly string[]) =>
    hmac(secret, ['digest', ...parts]).toString('base64url');
  const mac = (secret: string, claim: Claim) => hmac(secret, ['mac', ...claim]);
  const sealKey = (secret: string, id: string, value: string) => hmac(secret, ['seal', id, value]);

  function unseal(key: Buffer, sealed: Buffer): string | undefined {
    const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
    try {
      // Throws if the tag is incomplete, as in a damaged row.
      decipher.setAuthTag(sealed.subarray(0, TAG_BYTES));
      return decipher.update(sealed.subarray(TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }

  return {
    digests: (...parts) => [digest(signing, parts), ...others.map(({ secret }) => digest(secret, parts))],
    sign: (claim) => mac(signing, claim).toString('base64url'),
    matches(stored, claim) {
      const expected = Buffer.from(stored, 'base64url');
      // Continues after a match, so the time does not show which secret matches.
      return secrets
        .map((secret) => mac(secret, claim))
        .map((actual) => actual.length === expected.length && timingSafeEqual(actual, expected))
        .includes(true);
    },
    seal(id, value, contents) {
      const cipher = createCipheriv(CIPHER, sealKey(signing, id, value), NONCE, { authTagLength: TAG_BYTES });
      const text = Buffer.concat([cipher.update(JSON.stringify(contents), 'utf8'), cipher.final()]);
      return Buffer.concat([cipher.getAuthTag(), text]).toString('base64url');
    },
    open({ id, sealed }, value) {
      const box = Buffer.from(sealed, 'base64url');
      const text = secrets
        .map((secret) => unseal(sealKey(secret, id, value), box))
        .find((found) => found !== undefined);
      return text === undefined ? undefined : contentsSchema.parse(JSON.parse(text));
    },
  };
}
