import type { Email } from '@postern/core';
import type { ApiErrorDetails, ApiRefusal } from './api-refusal.js';
import type { ApiRequest } from './api-request.js';
import type { ApiResponse } from './api-response.js';
import type { Authorize } from './authorization.js';
import type { Refusal } from './refusals.js';

export type { ApiErrorDetails, ApiRefusal };

/** An accepted email. */
export interface ApiAcceptance {
  /** The provider's ID of the email. */
  readonly id: string;
  /** The `Message-ID`, if the provider replaces it. */
  readonly messageId?: string;
}

/**
 * Sends a request of a check. Its refusal is `undefined` if the API accepted the request.
 *
 * @throws {MailError} if the API does not respond
 */
export type ApiCall = (
  request: ApiRequest,
) => Promise<{ readonly response: ApiResponse; readonly refusal: ApiRefusal | undefined }>;

/** Describes the API of a provider. */
export interface ApiProvider {
  /** The default name of the transport, and the name of the subpath, such as `resend`. */
  readonly name: string;
  /** The name in messages, such as `Resend`. */
  readonly title: string;
  readonly baseUrl: string;
  /** Values to hide, such as the API key. */
  readonly secrets: Iterable<string>;
  /** Whether the API delivers an email once if it receives the request several times. A lost response can then be retried. */
  readonly isIdempotent: boolean;
  /** What to do in the provider's console. */
  readonly hints: Readonly<Partial<Record<Refusal, string>>>;
  /**
   * Writes the request that sends an email. The same email must result in the same request. All values are free of line
   * breaks, and the header fields contain only additional fields.
   */
  writeRequest(email: Email): ApiRequest | Promise<ApiRequest>;
  /** @default the requests contain the credentials */
  readonly authorize?: Authorize;
  /** Reads a response with a 2xx status. Returns `undefined` if it is not a response of this API. */
  readAcceptance(response: ApiResponse): ApiAcceptance | undefined;
  /**
   * Reads the error of a response by its error codes. Returns `undefined` for an accepted request, and if only the status
   * code indicates the reason.
   */
  readRefusal(response: ApiResponse): ApiErrorDetails | undefined;
  /** Whether the API refuses a request because it has already accepted the same email. @default false */
  isDuplicate?(response: ApiResponse): boolean;
  /** Checks without side effects whether the account can send. Returns the reason if it cannot. */
  check(call: ApiCall, sender: CheckedSender): Promise<ApiRefusal | undefined>;
}

/** The sender to check. */
export interface CheckedSender {
  readonly address: string | undefined;
  /** In lowercase. */
  readonly domain: string | undefined;
}
