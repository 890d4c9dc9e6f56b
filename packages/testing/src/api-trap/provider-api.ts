import type { ApiEmail } from './api-email.js';
import type { ApiPurpose, ApiRefusalKind, ApiTrapResponse } from './api-fault.js';
import type { ApiTrapRequest } from './api-trap-request.js';

/** The part of a provider's API that transports use, from the side of the server. */
export interface ProviderApi {
  /** The name of the subpath of `@postern/transport-http`. */
  readonly name: string;
  /** The purpose of a request, or `undefined` if it is for another API. */
  purposeOf(request: ApiTrapRequest): ApiPurpose | undefined;
  /** Whether the request has credentials. The trap accepts any. */
  hasCredentials(request: ApiTrapRequest): boolean;
  /** Reads the email, or returns the response to a request that is not valid. */
  readEmail(
    request: ApiTrapRequest,
    id: string,
  ): ApiEmail | ApiTrapResponse | Promise<ApiEmail | ApiTrapResponse>;
  /** The response to a request with a valid email. */
  accept(email: ApiEmail): ApiTrapResponse;
  /**
   * The response to a request of `verify`, for an account that can send from `example.com`, or to a request for an access
   * token.
   */
  verify(request: ApiTrapRequest): ApiTrapResponse;
  refuse(kind: ApiRefusalKind): ApiTrapResponse;
  /** For APIs that deliver requests with the same key once. */
  readonly idempotency?: {
    keyOf(request: ApiTrapRequest): string | undefined;
    /** The response to a key that was used for another email. */
    readonly conflict: ApiTrapResponse;
  };
}
