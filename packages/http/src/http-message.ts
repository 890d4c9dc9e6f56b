import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Values are text; a field that occurs several times, such as `Set-Cookie`, has a list. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Bytes or text: whole, or in chunks from a web stream, a Node stream or any iterable. */
export type BodyContent =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/**
 * The body of a request. Pass it unread where you can: the limit then applies while it is read, and a name that occurs
 * twice in an object is refused.
 *
 * `parsed` is what the framework's body parser left: a value, or text, bytes or a stream where it only collected them.
 */
export type HttpBody =
  | { readonly state: 'unread'; readonly bytes: BodyContent }
  | { readonly state: 'parsed'; readonly value: unknown };

/** A request, whatever the framework. */
export interface HttpRequest<Native = unknown> {
  readonly method: string;
  /** Below the place where the routes are mounted, as it was sent: `/links/abc`. A query is ignored. */
  readonly path: string;
  /** A header field by its name in any letter case. */
  header(name: string): string | undefined;
  /** The client's IP address, from the socket or from a proxy that is trusted. */
  readonly clientAddress?: string | undefined;
  /** Content without a `state` is unread. */
  readonly body?: HttpBody | BodyContent | undefined;
  /** The framework's own request. */
  readonly native: Native;
}

/** An answer, whatever the framework. A `HEAD` has been dealt with: its answer has no body. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body?: string;
}

/**
 * On every answer. All of them are about one person and one moment, none is to be kept, framed or sniffed, and no
 * address of one (a link's has a token in it) is told to the next site.
 */
const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

export function respond(
  status: number,
  content?: { type: string; body: string },
  headers: HttpHeaders = {},
): HttpResponse {
  return {
    status,
    headers: { ...SAFE_HEADERS, ...(content && { 'Content-Type': content.type }), ...headers },
    ...(content && { body: content.body }),
  };
}

export const respondJson = (status: number, value: unknown, headers?: HttpHeaders): HttpResponse =>
  respond(status, { type: 'application/json; charset=utf-8', body: JSON.stringify(value) }, headers);

/**
 * Every framework has its own idea of a bad header field; a value from an account must not make a second one.
 *
 * @throws {TypeError} for a name or a value that can't be sent
 */
export function requireSendable(headers: HttpHeaders): void {
  for (const [name, values] of Object.entries(headers)) {
    validateHeaderName(name);
    for (const value of [values].flat()) validateHeaderValue(name, value);
  }
}
