import { decodeBase64Url, encodeBase64Url, equalTexts, type SecretKey } from '@postern/core';
import * as z from 'zod';
import { createHmacKey, type HmacKey } from './hmac-key.js';
import { openBox, sealBox } from './sealed-box.js';
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
  digests(...parts: readonly [purpose: string, ...string[]]): Promise<[string, ...string[]]>;
  sign(claim: Claim): Promise<string>;
  /** Which of the MACs belong to this claim, under any key. Takes the same time for every claim. */
  matches(macs: readonly string[], claim: Claim): Promise<boolean[]>;
  seal(id: string, value: string, contents: Contents): Promise<string>;
  /** @returns `undefined` for the wrong value */
  open(challenge: Pick<Challenge, 'id' | 'sealed'>, value: string): Promise<Contents | undefined>;
}

/**
 * Contains all cryptography of the package. The first key signs and seals. To verify or open data, every key is tried, so
 * the time does not show which key matches, and stored data needs no key id.
 */
export function createKeyring(keys: readonly [SecretKey, ...SecretKey[]]): Keyring {
  const [first, ...others] = keys;
  const signing = createHmacKey(first.secret);
  const older = others.map(({ secret }) => createHmacKey(secret));
  const all = [signing, ...older];
  const digest = async (key: HmacKey, parts: readonly string[]) =>
    encodeBase64Url(await key.sign(['digest', ...parts]));
  const sign = async (key: HmacKey, claim: Claim) => encodeBase64Url(await key.sign(['mac', ...claim]));
  const boxKey = (key: HmacKey, id: string, value: string) => key.sign(['seal', id, value]);

  return {
    digests: (...parts) =>
      Promise.all([digest(signing, parts), ...older.map((key) => digest(key, parts))] as const),
    sign: (claim) => sign(signing, claim),
    async matches(macs, claim) {
      const expected = await Promise.all(all.map((key) => sign(key, claim)));
      // Continues after a match, so the time does not show which key matches.
      return macs.map((mac) => expected.map((each) => equalTexts(mac, each)).includes(true));
    },
    async seal(id, value, contents) {
      return encodeBase64Url(await sealBox(await boxKey(signing, id, value), JSON.stringify(contents)));
    },
    async open({ id, sealed }, value) {
      const box = decodeBase64Url(sealed);
      const texts = await Promise.all(all.map(async (key) => openBox(await boxKey(key, id, value), box)));
      const text = texts.find((found) => found !== undefined);
      return text === undefined ? undefined : contentsSchema.parse(JSON.parse(text));
    },
  };
}
