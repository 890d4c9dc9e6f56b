import type { Issue } from './issue.js';
import type { SignInState } from './sign-in.js';

/** The body of every answer from 400 on (RFC 9457, `application/problem+json`). */
export interface Problem {
  /** `urn:postern:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable: a code of `MailError`, of `VerificationError`, of the routes of `@postern/http`, or one of {@link PLAYGROUND_PROBLEMS}. */
  readonly code: string;
  /** What happened, in a sentence. */
  readonly detail?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Where on the path of the email it happened, such as `auth`. */
  readonly stage?: string;
  /** Whether the same request can succeed later. */
  readonly retryable?: boolean;
  /** Seconds. */
  readonly retryAfter?: number;
  /** Guesses. */
  readonly attemptsLeft?: number;
  /** The SMTP reply code, and the reply itself. */
  readonly responseCode?: number;
  readonly response?: string;
  /** What is wrong with a text that was sent, each with its place. */
  readonly issues?: readonly Issue[];
  /** Of `network_refused`: what would have been connected to. Name them in `allowHosts` to go ahead. */
  readonly hosts?: readonly string[];
  /** Of the routes of sign-in. */
  readonly state?: SignInState;
}

/** What the playground itself can refuse, beside the errors of Postern. */
export const PLAYGROUND_PROBLEMS = {
  request_invalid: { status: 400, title: 'The request is not understood.' },
  token_missing: { status: 403, title: 'The request does not come from the page.' },
  cross_site: { status: 403, title: 'The request comes from another site.' },
  host_refused: { status: 403, title: 'This playground only answers to its own address.' },
  network_refused: { status: 403, title: 'This email would leave your machine.' },
  not_found: { status: 404, title: 'There is nothing here.' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON.' },
  config_invalid: { status: 422, title: 'The config can’t be used.' },
  shutting_down: { status: 503, title: 'The playground is shutting down.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type PlaygroundProblemCode = keyof typeof PLAYGROUND_PROBLEMS;
