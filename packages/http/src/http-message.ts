/** Header values by name. A header that occurs several times, such as `Set-Cookie`, has a list. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Bytes or text, either complete or in chunks from a web stream, a Node.js stream, or any iterable. */
export type BodyContent =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array | string>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>;

/**
 * The body of a request. Pass it unread if you can. Then the limit applies while it is read, and duplicate names in an
 * object are rejected.
 *
 * For `parsed`, pass the result of the framework's body parser: a value, text, bytes, or a stream.
 */
export type HttpBody =
  | { readonly state: 'unread'; readonly bytes: BodyContent }
  | { readonly state: 'parsed'; readonly value: unknown };

/** A request in a form that does not depend on the framework. */
export interface HttpRequest<Native = unknown> {
  readonly method: string;
  /** The path below the mount path, not decoded, with the query, such as `/links/abc` or `/open?token=abc`. */
  readonly path: string;
  /** Returns a header by its name, which is not case-sensitive. */
  header(name: string): string | undefined;
  /** The client's IP address, from the socket or from a trusted proxy. */
  readonly clientAddress?: string | undefined;
  /** Content without a `state` is treated as unread. */
  readonly body?: HttpBody | BodyContent | undefined;
  /** The framework's own request. */
  readonly native: Native;
}

/** A response in a form that does not depend on the framework. Responses to `HEAD` have no body. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body?: string;
}

/**
 * Headers of every response. Responses are personal, so they must not be cached or framed. The URL of a link contains a
 * token, so it must not be sent as a referrer.
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

const encoder = new TextEncoder();

/** Sets the length of the body, which responses to HEAD include, too. */
export function finish({ status, headers, body }: HttpResponse, isHead: boolean): HttpResponse {
  if (body === undefined) return { status, headers };
  const sized = { ...headers, 'Content-Length': String(encoder.encode(body).byteLength) };
  return { status, headers: sized, ...(!isHead && { body }) };
}

export const withoutQuery = (path: string): string => path.replace(/[?#].*$/s, '');

export const respondJson = (status: number, value: unknown, headers?: HttpHeaders): HttpResponse =>
  respond(status, { type: 'application/json; charset=utf-8', body: JSON.stringify(value) }, headers);

/** A token (RFC 9110 section 5.6.2). */
const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Visible characters, spaces, tabs, and bytes above ASCII (RFC 9110 section 5.5). */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Checks headers the same way in every framework and runtime, so that a value from an account cannot inject another header.
 * `Headers` is not strict enough: it removes line breaks at the end of a value, and accepts control characters.
 *
 * @throws {TypeError} if a name or a value is not valid
 */
export function requireSendable(headers: HttpHeaders): void {
  for (const [name, values] of Object.entries(headers)) {
    if (!FIELD_NAME.test(name)) throw new TypeError('The name of a response header is not valid.');
    for (const value of [values].flat())
      if (value === undefined || !FIELD_VALUE.test(value))
        throw new TypeError(`The value of the response header ${name} is not valid.`);
  }
}
