import { createHmacCheck } from './hmac-sha256.js';
import { secretError, unauthorized } from './unauthorized.js';
import type { Authenticate } from './webhook-system.js';

/**
 * Checks the header `logto-signature-sha-256`, the HMAC of the body in hexadecimal.
 *
 * @see https://docs.logto.io/developers/webhooks/secure-webhooks
 * @see https://github.com/logto-io/logto/blob/master/packages/core/src/utils/sign.ts
 * @throws {ConfigError} if a key is too short
 */
export function logtoSignature(
  { secret }: { readonly secret: readonly string[] },
  caller: string,
): Authenticate {
  if (secret.some((key) => key.length < 16))
    throw secretError('must be the signing key of the webhook', caller);
  const isSigned = createHmacCheck(secret);
  return async (request, body) => {
    const signature = request.header('logto-signature-sha-256');
    if (!signature) throw unauthorized('The request is not signed.');
    if (!(await isSigned(body, [signature])))
      throw unauthorized('The signature does not match the body and the secret.');
    // Events have no ID.
    return undefined;
  };
}
