import type { Clock } from '@postern/core';
import { hmacCheck } from './hmac-sha256.js';
import { requireRecent, unauthorized } from './unauthorized.js';
import type { Authenticate } from './webhook-system.js';

interface ZitadelSignatureOptions {
  readonly secret: readonly string[];
  readonly toleranceMs: number;
  readonly clock: Clock;
}

/**
 * Checks the header `ZITADEL-Signature: t=SECONDS,v1=HEX`.
 *
 * @see https://github.com/zitadel/zitadel/blob/main/pkg/actions/signing.go
 * @throws {ConfigError} if a key is too short
 */
export function zitadelSignature(
  { secret, toleranceMs, clock }: ZitadelSignatureOptions,
  caller: string,
): Authenticate {
  const requireHmac = hmacCheck(secret, 'the signing key of the provider', caller);
  return async (request, body) => {
    const parts = (request.header('zitadel-signature') ?? '').slice(0, 4096).split(',');
    const valuesOf = (name: string) =>
      parts.flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));
    const [time] = valuesOf('t');
    if (time === undefined) throw unauthorized('The request is not signed.');
    requireRecent(time, toleranceMs, clock);
    await requireHmac(`${time}.${body}`, valuesOf('v1'));
    // A repeated call has another signature.
    return undefined;
  };
}
