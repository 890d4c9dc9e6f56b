import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Challenge } from './verification-store.js';

/** What only the holder of the code or the token can read of a challenge. */
const contentsSchema = z.object({ to: z.string(), type: z.string(), redirectTo: z.string().optional() });
export type Contents = z.output<typeof contentsSchema>;

/** What a MAC is over. */
type Claim = readonly [method: 'code' | 'link', type: string, address: string, value: string];

export interface Keyring {
  /** A digest that finds the same thing again, under the newest secret. */
  digest(...parts: readonly [purpose: string, ...string[]]): string;
  /** The same under every secret, newest first: what was written before a rotation. */
  digests(...parts: readonly [purpose: string, ...string[]]): string[];
  sign(claim: Claim): string;
  /** Whether the MAC is over this claim, under any secret. Takes the same time for every claim. */
  matches(mac: string, claim: Claim): boolean;
  seal(id: string, value: string, contents: Contents): string;
  /** `undefined` for the wrong value. */
  open(challenge: Pick<Challenge, 'id' | 'sealed'>, value: string): Contents | undefined;
}

// Every key encrypts one message only, so the nonce can be constant.
const NONCE = Buffer.alloc(12);
const CIPHER = 'aes-256-gcm';
const TAG_BYTES = 16;

// JSON keeps the parts apart: no two lists of texts have the same encoding.
const hmac = (secret: string, parts: readonly string[]): Buffer =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest();

/** All cryptography of the package. The first secret signs and seals, all of them verify and open. */
export function createKeyring(secrets: readonly [string, ...string[]]): Keyring {
  const [newest] = secrets;
  const digest = (secret: string, parts: readonly string[]) =>
    hmac(secret, ['digest', ...parts]).toString('base64url');
  const mac = (secret: string, claim: Claim) => hmac(secret, ['mac', ...claim]);
  const sealKey = (secret: string, id: string, value: string) => hmac(secret, ['seal', id, value]);

  function unseal(key: Buffer, sealed: Buffer): string | undefined {
    const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
    try {
      // Throws for less than a whole tag, which a damaged row may hold.
      decipher.setAuthTag(sealed.subarray(0, TAG_BYTES));
      return decipher.update(sealed.subarray(TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return undefined;
    }
  }

  return {
    digest: (...parts) => digest(newest, parts),
    digests: (...parts) => secrets.map((secret) => digest(secret, parts)),
    sign: (claim) => mac(newest, claim).toString('base64url'),
    matches(stored, claim) {
      const expected = Buffer.from(stored, 'base64url');
      // Every secret is tried, also after one fits.
      return secrets
        .map((secret) => mac(secret, claim))
        .map((actual) => actual.length === expected.length && timingSafeEqual(actual, expected))
        .includes(true);
    },
    seal(id, value, contents) {
      const cipher = createCipheriv(CIPHER, sealKey(newest, id, value), NONCE, { authTagLength: TAG_BYTES });
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
