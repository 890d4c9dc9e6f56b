import type { Refusal } from './refusals.js';

/** The reason why the API does not accept a request, or why the account cannot send. */
export interface ApiRefusal {
  readonly refusal: Refusal;
  /** The provider's error code, such as `validation_error`. */
  readonly code?: string | undefined;
  /** The provider's message. It is only displayed. */
  readonly text?: string | undefined;
  /** @default the provider's hint for the refusal */
  readonly hint?: string;
}
