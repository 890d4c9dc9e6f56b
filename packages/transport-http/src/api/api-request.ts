/** A request to a provider's API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** The path and query, relative to the base URL. Starts with a slash. */
  readonly path: string;
  /** Header fields, including those with credentials. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}

/** Creates a request that reads data. */
export const getRequest = (path: string, headers: Readonly<Record<string, string>>): ApiRequest => ({
  method: 'GET',
  path,
  headers: { Accept: 'application/json', ...headers },
});

/** Creates a request with a JSON body. */
export const jsonRequest = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): ApiRequest => ({
  method: 'POST',
  path,
  headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Writes credentials for `Authorization` (RFC 7617). */
export const basicAuthorization = (user: string, password: string): string =>
  `Basic ${btoa(`${user}:${password}`)}`;
