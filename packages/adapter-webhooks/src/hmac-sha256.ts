import { MOST_SIGNATURES } from './unauthorized.js';

/** Whether one of the signatures, in hexadecimal, belongs to the text. */
type HmacCheck = (text: string, signatures: readonly string[]) => Promise<boolean>;

const encoder = new TextEncoder();

const importKey = (text: string) =>
  crypto.subtle.importKey('raw', encoder.encode(text), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Checks signatures of HMAC-SHA-256 with each of the secrets. Web Crypto compares them in constant time. */
export const createHmacCheck =
  (secrets: readonly string[]): HmacCheck =>
  async (text, signatures) => {
    const signed = encoder.encode(text);
    const plausible = signatures.filter((hex) => /^[\da-f]{64}$/i.test(hex)).slice(0, MOST_SIGNATURES);
    const matches = await Promise.all(
      secrets.map(async (secret) => {
        const key = await importKey(secret);
        return Promise.all(plausible.map((hex) => crypto.subtle.verify('HMAC', key, bytesOf(hex), signed)));
      }),
    );
    return matches.flat().includes(true);
  };
