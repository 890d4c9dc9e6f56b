import { decodeBase64Url, encodeBase64Url, type SecretKey } from '@postern/core';

const NAME = 'AES-GCM';
// Every text has its own key, so the nonce can be constant.
const AES = { name: NAME, iv: new Uint8Array(12) } as const;
const SALT_BYTES = 16;
const TAG_BYTES = 16;

/** Encrypts texts, so that only the holder of the keys can read or create them. */
export interface Sealer {
  /** Returns base64url. Only `open` with the same purpose can read it. */
  seal(purpose: string, text: string): Promise<string>;
  /** @returns `undefined` for any other text, a different purpose, or an unknown key */
  open(purpose: string, sealed: string): Promise<string | undefined>;
}

const utf8 = new TextEncoder();

/** Derives a key for one text with HKDF (RFC 5869), from a secret and the random salt in front of the text. */
function createDerivation(secret: string) {
  let imported: ReturnType<typeof crypto.subtle.importKey> | undefined;
  return async (salt: Uint8Array<ArrayBuffer>, purpose: string) => {
    imported ??= crypto.subtle.importKey('raw', utf8.encode(secret), 'HKDF', false, ['deriveKey']);
    const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: utf8.encode(`postern link guard: ${purpose}`) };
    return crypto.subtle.deriveKey(hkdf, await imported, { name: NAME, length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
  };
}

/** Creates a sealer with AES-256-GCM. The first key seals. All keys are tried to open, so a text needs no key id. */
export function createSealer([first, ...others]: readonly [SecretKey, ...SecretKey[]]): Sealer {
  const newest = createDerivation(first.secret);
  const all = [newest, ...others.map(({ secret }) => createDerivation(secret))];
  return {
    async seal(purpose, text) {
      const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
      const box = await crypto.subtle.encrypt(AES, await newest(salt, purpose), utf8.encode(text));
      const bytes = new Uint8Array(SALT_BYTES + box.byteLength);
      bytes.set(salt);
      bytes.set(new Uint8Array(box), SALT_BYTES);
      return encodeBase64Url(bytes);
    },
    async open(purpose, sealed) {
      const bytes = decodeBase64Url(sealed);
      // The last character has unused bits. Only one spelling of a text is valid.
      if (bytes.length < SALT_BYTES + TAG_BYTES || encodeBase64Url(bytes) !== sealed) return undefined;
      const salt = bytes.subarray(0, SALT_BYTES);
      const box = bytes.subarray(SALT_BYTES);
      const texts = await Promise.all(
        all.map(async (derive) => {
          const key = await derive(salt, purpose);
          return crypto.subtle.decrypt(AES, key, box).catch(() => undefined);
        }),
      );
      const text = texts.find((found) => found !== undefined);
      return text && new TextDecoder().decode(text);
    },
  };
}
