import { MOST_SIGNATURES, secretError, signatureMismatch } from './unauthorized.js';

/** @throws {ProblemError} `unauthorized`, unless one of the signatures, in hexadecimal, belongs to the text */
type RequireHmac = (text: string, signatures: readonly string[]) => Promise<void>;

const encoder = new TextEncoder();

const importKey = (text: string) =>
  crypto.subtle.importKey('raw', encoder.encode(text), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/**
 * Checks signatures of HMAC-SHA-256 with each of the secrets. Web Crypto compares them in constant time.
 *
 * @param what the system's name for a secret, for errors
 * @throws {ConfigError} if a secret is too short
 */
export function hmacCheck(secrets: readonly string[], what: string, caller: string): RequireHmac {
  if (secrets.some((secret) => secret.length < 16)) throw secretError(`must be ${what}`, caller);
  return async (text, signatures) => {
    const signed = encoder.encode(text);
    const plausible = signatures.filter((hex) => /^[\da-f]{64}$/i.test(hex)).slice(0, MOST_SIGNATURES);
    const matches = await Promise.all(
      secrets.map(async (secret) => {
        const key = await importKey(secret);
        return Promise.all(plausible.map((hex) => crypto.subtle.verify('HMAC', key, bytesOf(hex), signed)));
      }),
    );
    if (!matches.flat().includes(true)) throw signatureMismatch();
  };
}
