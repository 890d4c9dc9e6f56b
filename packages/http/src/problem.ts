import { type Logger, MailError, type MailErrorCode, shareAcrossCopies } from '@postern/core';
import { type RateLimitScope, VerificationError, type VerificationErrorCode } from '@postern/verification';
import { type HttpHeaders, type HttpResponse, requireSendable, respond } from './http-message.js';

/**
 * Every problem that a route can return. Titles are fixed, so they never contain data of a request or a server.
 *
 * Levels: `error` for problems that the operator must fix, `warn` for limits and possible abuse, `info` for mistakes that a
 * person or the caller can correct, `debug` for requests that no correct client sends.
 */
export const PROBLEMS = {
  malformed_json: { status: 400, level: 'debug', title: 'The body is not valid JSON.' },
  invalid_request: { status: 400, level: 'debug', title: 'The request is not valid.' },
  recipient_invalid: {
    status: 400,
    level: 'info',
    title: 'The recipient must be exactly one valid email address.',
  },
  payload_invalid: { status: 400, level: 'info', title: 'An email cannot be created from this request.' },
  template_not_found: { status: 400, level: 'info', title: 'There is no template for this type.' },
  recipient_rejected: { status: 400, level: 'info', title: 'The mail server rejected this recipient.' },
  expired: { status: 400, level: 'info', title: 'The email expired before it could be sent.' },
  code_incorrect: { status: 400, level: 'info', title: 'The code is incorrect or was already used.' },
  code_superseded: { status: 400, level: 'info', title: 'A newer email was sent. Use the latest one.' },
  code_expired: { status: 400, level: 'info', title: 'The code has expired.' },
  unauthorized: { status: 401, level: 'warn', title: 'The request is not authorized.' },
  forbidden: { status: 403, level: 'info', title: 'The request was refused.' },
  cross_site: { status: 403, level: 'warn', title: 'The request comes from another site.' },
  not_found: { status: 404, level: 'debug', title: 'The path does not exist.' },
  link_not_found: {
    status: 404,
    level: 'info',
    title: 'The link does not exist, or it was already used or replaced.',
  },
  method_not_allowed: { status: 405, level: 'debug', title: 'The method is not allowed here.' },
  idempotency_key_in_use: {
    status: 409,
    level: 'info',
    title: 'The first request with this idempotency key is still in progress.',
  },
  link_expired: { status: 410, level: 'info', title: 'The link has expired.' },
  content_too_large: { status: 413, level: 'debug', title: 'The body is too large.' },
  unsupported_media_type: { status: 415, level: 'debug', title: 'The body must be JSON in UTF-8.' },
  idempotency_key_reused: {
    status: 422,
    level: 'info',
    title: 'The idempotency key belongs to another email.',
  },
  attempts_exhausted: { status: 429, level: 'warn', title: 'Too many incorrect codes for this address.' },
  cooldown: { status: 429, level: 'info', title: 'An email was sent to this address a moment ago.' },
  rate_limited: { status: 429, level: 'warn', title: 'Too many requests.' },
  internal_error: { status: 500, level: 'error', title: 'An internal error occurred.' },
  sending_misconfigured: {
    status: 500,
    level: 'error',
    title: 'Email sending is not configured correctly.',
  },
  mail_server_refused: { status: 502, level: 'error', title: 'The mail server refused the email.' },
  mail_server_failed: { status: 502, level: 'error', title: 'The mail server cannot be used.' },
  delivery_unknown: { status: 502, level: 'error', title: 'The email may or may not have been sent.' },
  mail_server_unavailable: {
    status: 503,
    level: 'error',
    title: 'The mail server or the queue cannot be reached.',
  },
  mail_server_busy: {
    status: 503,
    level: 'warn',
    title: 'The mail server is not accepting more emails right now.',
  },
  shutting_down: { status: 503, level: 'info', title: 'The service is shutting down.' },
  mail_server_timeout: { status: 504, level: 'error', title: 'The mail server did not respond in time.' },
} as const satisfies Record<string, { status: number; level: keyof Logger; title: string }>;

/** The stable name of a problem. Its `type` is `urn:postern:problem:` followed by this code. */
export type ProblemCode = keyof typeof PROBLEMS;

/** One problem of a body. */
export interface FieldError {
  /** A JSON Pointer (RFC 6901), such as `/to`. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemDetails {
  /** What to do. The client sees this text. */
  detail?: string | undefined;
  errors?: readonly FieldError[] | undefined;
  /** Seconds, as in the `Retry-After` header. */
  retryAfter?: number | undefined;
  /** Whether the same request can succeed later. */
  retryable?: boolean | undefined;
  attemptsLeft?: number | undefined;
  scope?: RateLimitScope | undefined;
}

/** The body of every response with a status of 400 or more (RFC 9457). */
export interface Problem extends ProblemDetails {
  /** `urn:postern:problem:` followed by the code. */
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
}

/**
 * Makes a request fail with a problem. Callbacks can throw it, too.
 *
 * @throws {TypeError} if a header is not valid
 *
 * @example
 * ```ts
 * throw new ProblemError('forbidden', { detail: 'This account is locked.' });
 * ```
 */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;
  readonly headers: HttpHeaders;

  static {
    shareAcrossCopies(this, 'postern.ProblemError');
  }

  constructor(code: ProblemCode, details: ProblemDetails = {}, headers: HttpHeaders = {}) {
    super(PROBLEMS[code].title);
    requireSendable(headers);
    this.name = 'ProblemError';
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

const PROBLEM_OF_MAIL: Record<MailErrorCode, ProblemCode> = {
  config_invalid: 'sending_misconfigured',
  template_not_found: 'template_not_found',
  template_invalid: 'sending_misconfigured',
  payload_invalid: 'payload_invalid',
  idempotency_key_reused: 'idempotency_key_reused',
  recipient_invalid: 'recipient_invalid',
  connection_failed: 'mail_server_unavailable',
  tls_failed: 'mail_server_failed',
  auth_failed: 'mail_server_failed',
  host_rejected: 'sending_misconfigured',
  sender_rejected: 'sending_misconfigured',
  recipient_rejected: 'recipient_rejected',
  message_rejected: 'mail_server_refused',
  rate_limited: 'mail_server_busy',
  timeout: 'mail_server_timeout',
  delivery_unknown: 'delivery_unknown',
  expired: 'expired',
  aborted: 'mail_server_unavailable',
  closed: 'shutting_down',
};

const PROBLEM_OF_VERIFICATION: Record<VerificationErrorCode, ProblemCode> = {
  code_incorrect: 'code_incorrect',
  code_superseded: 'code_superseded',
  code_expired: 'code_expired',
  not_found: 'link_not_found',
  attempts_exhausted: 'attempts_exhausted',
  cooldown: 'cooldown',
  rate_limited: 'rate_limited',
};

/** Body parsers throw errors with a 4xx status (http-errors, Fastify). Their messages may repeat the body. */
const PROBLEM_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed_json',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'content_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
};

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const status = 'statusCode' in error ? error.statusCode : 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function fromMailError({ code, retryable, retryAfterMs }: MailError): ProblemError {
  const problem = PROBLEM_OF_MAIL[code];
  const retryAfter = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
  // A temporary refusal (greylisting, a full mailbox) is not caused by the request.
  if (retryable && PROBLEMS[problem].status < 500)
    return new ProblemError('mail_server_busy', { retryable, retryAfter });
  return new ProblemError(problem, PROBLEMS[problem].status < 500 ? {} : { retryable, retryAfter });
}

/** The `RateLimit` header of draft-ietf-httpapi-ratelimit-headers-10. */
const rateLimit = (policy: string, remaining: number, reset?: number): HttpHeaders => ({
  RateLimit: `"${policy}";r=${remaining}${reset === undefined ? '' : `;t=${reset}`}`,
});

/** The time until the next email can be sent to this address. */
export const cooldownHeaders = (seconds: number): HttpHeaders =>
  seconds > 0 ? rateLimit('cooldown', 0, seconds) : {};

function fromVerificationError(error: VerificationError): ProblemError {
  const { code, attemptsLeft, retryAfter, scope } = error;
  const policy = code === 'cooldown' ? 'cooldown' : (scope ?? 'guesses');
  const left = attemptsLeft ?? (retryAfter === undefined ? undefined : 0);
  return new ProblemError(
    PROBLEM_OF_VERIFICATION[code],
    { attemptsLeft, retryAfter, scope },
    left === undefined ? {} : rateLimit(policy, left, retryAfter),
  );
}

/**
 * Converts any error from a route to the problem that the client gets. Unknown errors are an `internal_error`. If an error
 * from a hook has a status, that is the status of another service, so it is ignored.
 */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof MailError) return fromMailError(error);
  if (error instanceof VerificationError) return fromVerificationError(error);
  return new ProblemError('internal_error');
}

/** Converts an error from a framework, whose status counts. */
function fromFramework(error: unknown): ProblemError {
  const status = statusOf(error);
  return status === undefined
    ? toProblemError(error)
    : new ProblemError(PROBLEM_OF_STATUS[status] ?? 'invalid_request');
}

/** Logs `http.failed` with the error for a status of 500 or more, otherwise `http.refused`, at the problem's level. */
export function logFailure(
  logger: Logger,
  { code }: ProblemError,
  error: unknown,
  fields: Readonly<Record<string, unknown>>,
): void {
  const { level, status } = PROBLEMS[code];
  if (status >= 500) logger[level]({ event: 'http.failed', ...fields, code, error });
  else logger[level]({ event: 'http.refused', ...fields, code, status });
}

/**
 * Logs the problem that {@link problemResponse} returns: `http.failed` with the error for a status of 500 or more, otherwise
 * `http.refused`. Levels: `error` for problems that the operator must fix, `warn` for limits and possible abuse, `info` and
 * `debug` for client mistakes.
 *
 * @param fields more fields to log, such as the route
 */
export function logProblem(
  logger: Logger,
  error: unknown,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  logFailure(logger, fromFramework(error), error, fields);
}

export const problemTypeOf = (code: ProblemCode): string => `urn:postern:problem:${code}`;

/**
 * Converts any error to a response: a `MailError`, a `VerificationError`, a {@link ProblemError}, an error from a body
 * parser, or any other value. Use it in a framework's error handler.
 */
export function problemResponse(error: unknown): HttpResponse {
  const { code, details, headers } = fromFramework(error);
  const { status, title } = PROBLEMS[code];
  const problem: Problem = { type: problemTypeOf(code), title, status, code, ...details };
  return respond(
    status,
    { type: 'application/problem+json', body: JSON.stringify(problem) },
    {
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(details.retryAfter !== undefined && { 'Retry-After': String(details.retryAfter) }),
      ...headers,
    },
  );
}
