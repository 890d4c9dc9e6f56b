import type { Clock } from '@postern/core';
import { createHmacCheck } from './hmac-sha256.js';
import { requireRecent, secretError, unauthorized } from './unauthorized.js';
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
  if (secret.some((key) => key.length < 16))
    throw secretError('must be the signing key of the provider', caller);
  const isSigned = createHmacCheck(secret);
  return async (request, body) => {
    const parts = (request.header('zitadel-signature') ?? '').slice(0, 4096).split(',');
    const valuesOf = (name: string) =>
      parts.flatMap((part) => (part.startsWith(`${name}=`) ? [part.slice(name.length + 1)] : []));
    const [time] = valuesOf('t');
    if (time === undefined) throw unauthorized('The request is not signed.');
    requireRecent(time, toleranceMs, clock);
    if (!(await isSigned(`${time}.${body}`, valuesOf('v1'))))
      throw unauthorized('The signature does not match the body and the secret.');
    // A repeated call has another signature.
    return undefined;
  };
}
