import { hmacCheck } from './hmac-sha256.js';
import { unauthorized } from './unauthorized.js';
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
  const requireHmac = hmacCheck(secret, 'the signing key of the webhook', caller);
  return async (request, body) => {
    const signature = request.header('logto-signature-sha-256');
    if (!signature) throw unauthorized('The request is not signed.');
    await requireHmac(body, [signature]);
    // Events have no ID.
    return undefined;
  };
}
