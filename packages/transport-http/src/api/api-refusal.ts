import type { Refusal } from './refusals.js';

/** The error in a response. */
export interface ApiErrorDetails {
  /** The meaning of the error. @default the meaning of the status code */
  readonly refusal?: Refusal | undefined;
  /** The provider's error code, such as `validation_error`. */
  readonly code?: string | undefined;
  /** The provider's message. It is only displayed. */
  readonly text?: string | undefined;
  /** @default the provider's hint for the refusal */
  readonly hint?: string;
}

/** The reason why the API does not accept a request, or why the account cannot send. */
export interface ApiRefusal extends ApiErrorDetails {
  readonly refusal: Refusal;
}
