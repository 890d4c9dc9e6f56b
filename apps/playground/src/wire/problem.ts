import type { Issue } from './issue.js';

/** The body of every error response (RFC 9457, `application/problem+json`). */
export interface Problem {
  /** `urn:postern:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /**
   * A code of `MailError`, `VerificationError`, or `@postern/http`, or one of {@link PLAYGROUND_PROBLEMS}.
   */
  readonly code: string;
  /** What happened. */
  readonly detail?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The stage of the delivery, such as `auth`. */
  readonly stage?: string;
  /** Whether the same request can succeed later. */
  readonly retryable?: boolean;
  /** In seconds. */
  readonly retryAfter?: number;
  /** The number of guesses left. */
  readonly attemptsLeft?: number;
  /** The SMTP reply. */
  readonly responseCode?: number;
  readonly response?: string;
  /** The issues of the config, with their positions. */
  readonly issues?: readonly Issue[];
  /** For `network_refused`: the hosts to pass in `allowHosts` to continue. */
  readonly hosts?: readonly string[];
}

/** The problems of the playground itself. */
export const PLAYGROUND_PROBLEMS = {
  request_invalid: { status: 400, title: 'The request is not valid.' },
  token_missing: { status: 403, title: 'The page token is missing.' },
  cross_site: { status: 403, title: 'The request comes from another site.' },
  host_refused: { status: 403, title: 'The host name does not belong to the playground.' },
  network_refused: { status: 403, title: 'The request would leave your machine.' },
  not_found: { status: 404, title: 'The address does not exist.' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON.' },
  config_invalid: { status: 422, title: 'The config is not valid.' },
  shutting_down: { status: 503, title: 'The playground is shutting down.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type PlaygroundProblemCode = keyof typeof PLAYGROUND_PROBLEMS;
