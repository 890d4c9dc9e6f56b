import type { MailError } from '@postern/core';
import type { ApiRefusal } from './api-refusal.js';
import type { ApiRequest } from './api-request.js';
import type { ApiResponse } from './api-response.js';

/** A request with credentials. */
export interface AuthorizedRequest {
  readonly request: ApiRequest;
  /** Discards credentials that the API refused. Returns whether a request with new ones can succeed. */
  readonly renew?: () => boolean;
}

/** The circumstances of a request. */
export interface AuthorizationContext {
  /** The absolute URL of the request. */
  readonly url: string;
  readonly now: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /**
   * Sends a request to another host.
   *
   * @throws {MailError} if the server does not respond
   */
  call(url: string, request: Omit<ApiRequest, 'path'>): Promise<ApiResponse>;
  /** Creates the error for a refused request. */
  toError(refusal: ApiRefusal, response: ApiResponse): MailError;
}

/**
 * Adds credentials that depend on the request or expire: a signature, or an access token.
 *
 * @throws {MailError} if there are no valid credentials
 */
export type Authorize = (request: ApiRequest, context: AuthorizationContext) => Promise<AuthorizedRequest>;
