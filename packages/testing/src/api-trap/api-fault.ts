/** A refusal that each provider's API expresses in its own format. */
export type ApiRefusalKind = 'unauthorized' | 'sender' | 'recipient' | 'rate_limited' | 'server_error';

/** The purpose of a request: to send an email, to check the account, or to get an access token. */
export type ApiPurpose = 'send' | 'verify' | 'token';

interface ApiFaultScope {
  /**
   * The requests that fail: those that send an email, those of `verify`, or those for an access token.
   * @default 'send'
   */
  at?: ApiPurpose | undefined;
  /**
   * The maximum number of occurrences.
   * @default Infinity
   */
  times?: number | undefined;
}

/**
 * A failure to inject into a provider's API.
 *
 * - `unauthorized`: refuses the credentials
 * - `sender`, `recipient`: refuses that address
 * - `rate_limited`: 429 with `Retry-After`
 * - `server_error`: 500
 * - `response`: sends this response
 * - `hang`: never responds
 * - `reset`: closes the connection after it has read the request
 */
export type ApiFault = ApiFaultScope &
  (
    | { kind: Exclude<ApiRefusalKind, 'rate_limited'> }
    | {
        kind: 'rate_limited';
        /**
         * The value of `Retry-After`: seconds or a date.
         * @default 2
         */
        retryAfter?: number | string | undefined;
      }
    | ({ kind: 'response'; delivers?: boolean | undefined } & ApiTrapResponse)
    | {
        kind: 'hang' | 'reset';
        /**
         * Whether the email is accepted, so that only the response is lost.
         * @default false
         */
        delivers?: boolean | undefined;
      }
  );

/** A response of the trap. */
export interface ApiTrapResponse {
  status: number;
  headers?: Readonly<Record<string, string>> | undefined;
  /** A string is sent as HTML, any other value as JSON. */
  body?: unknown;
}
