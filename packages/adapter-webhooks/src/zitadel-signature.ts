import type { Clock } from '@postern/core';
import { MOST_SIGNATURES, requireRecent, secretError, unauthorized } from './unauthorized.js';
import type { Authenticate } from './webhook-system.js';

interface ZitadelSignatureOptions {
  readonly secret: readonly string[];
  readonly toleranceMs: number;
  readonly clock: Clock;
}

const encoder = new TextEncoder();

/**
 * Checks the header `ZITADEL-Signature: t=SECONDS,v1=HEX`. Web Crypto compares signatures in constant time.
 *
 * @see https://github.com/zitadel/zitadel/blob/main/pkg/actions/signing.go
 * @throws {ConfigError} if a key is too short
 */
export function zitadelSignature(
  { secret, toleranceMs, clock }: ZitadelSignatureOptions,
  caller: string,
): Authenticate {
  if (secret.some((key) => key.length < 16))
    throw secretError('must be the signing key of the provider', caller);
  return async (request, body) => {
    const parts = (request.header('zitadel-signature') ?? '').slice(0, 4096).split(',');
    const valuesOf = (name: string) =>
      parts.flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));
    const [time] = valuesOf('t');
    if (time === undefined) throw unauthorized('The request is not signed.');
    requireRecent(time, toleranceMs, clock);
    const signatures = valuesOf('v1')
      .filter((hex) => /^[\da-f]{64}$/i.test(hex))
      .slice(0, MOST_SIGNATURES);
    const signed = encoder.encode(`${time}.${body}`);
    const matches = await Promise.all(
      secret.map(async (text) => {
        const key = await importKey(text);
        return Promise.all(signatures.map((hex) => crypto.subtle.verify('HMAC', key, bytesOf(hex), signed)));
      }),
    );
    if (!matches.flat().includes(true))
      throw unauthorized('The signature does not match the body and the secret.');
    // A repeated call has another signature.
    return undefined;
  };
}

const importKey = (text: string) =>
  crypto.subtle.importKey('raw', encoder.encode(text), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
