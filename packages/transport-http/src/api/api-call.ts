import { hasTimedOut, untilAborted } from '@postern/core';
import type { ApiRequest } from './api-request.js';
import { type ApiResponse, readApiResponse } from './api-response.js';

/**
 * The reason for a missing response.
 *
 * - `unreachable`: the request was not sent
 * - `untrusted`: the request was not sent, because the certificate is not valid
 * - `lost`: the connection failed, possibly after the provider received the request
 * - `late`: no complete response in time
 * - `aborted`: by the caller
 */
export interface CallFailure {
  readonly kind: 'unreachable' | 'untrusted' | 'lost' | 'late' | 'aborted';
  readonly cause: unknown;
  readonly causeCode?: string | undefined;
}

export interface CallOptions {
  readonly fetch: typeof fetch;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Codes of errors before a request is sent, from Node.js, Bun, and Deno. Other runtimes have no codes. Any other error can
 * occur after the provider has received the request.
 */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ConnectionRefused',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'FailedToOpenSocket',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNTRUSTED = /CERT|^UNABLE_TO_|^ERR_TLS_|^ERR_SSL_|^HOSTNAME_MISMATCH$/;

/** Sends one request and reads the response. Never rejects. */
export async function callApi(
  { path, ...request }: ApiRequest,
  { fetch, baseUrl, timeoutMs, signal }: CallOptions,
): Promise<ApiResponse | CallFailure> {
  const stop = new AbortController();
  const abort = () => stop.abort(signal?.reason);
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    // A redirect could send the credentials to another host.
    const init: RequestInit = { ...request, redirect: 'manual', signal: stop.signal };
    stop.signal.throwIfAborted();
    // A custom fetch can ignore the signal.
    return await untilAborted(fetch(`${baseUrl}${path}`, init).then(readApiResponse), stop.signal);
  } catch (cause) {
    if (signal?.aborted) return { kind: hasTimedOut(signal) ? 'late' : 'aborted', cause };
    if (stop.signal.aborted) return { kind: 'late', cause };
    const causeCode = codeOf(cause);
    return { kind: kindOf(causeCode), cause, causeCode };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function kindOf(code: string | undefined): CallFailure['kind'] {
  if (code === undefined) return 'lost';
  if (UNREACHABLE.has(code)) return 'unreachable';
  return UNTRUSTED.test(code) ? 'untrusted' : 'lost';
}

/** Node.js has the code in the cause, or in the first of several causes, one per IP address. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error instanceof AggregateError ? error.errors[0] : error.cause);
}
