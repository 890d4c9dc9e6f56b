import { bearerToken, ProblemError } from '@postern/http';
import type { Authenticate } from './webhook-system.js';

/** Accepts requests with one of the secrets in the header `Authorization: Bearer`. */
export function bearerSecret({ secret }: { readonly secret: readonly string[] }): Authenticate {
  const isAuthorized = bearerToken(secret);
  return async (request) => {
    if (await isAuthorized(request)) return undefined;
    throw new ProblemError('unauthorized');
  };
}
