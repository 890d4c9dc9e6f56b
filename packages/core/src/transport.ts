import type { Email } from './email.js';

/** Proof that a server took responsibility for the email. Safe to store and log. */
export interface Receipt {
  /** The `Message-ID` that was sent. */
  messageId: string;
  /** The recipient address the server accepted. */
  accepted: string;
  /** Name of the transport that delivered it. */
  transport: string;
  /** The server's final reply, secrets removed. */
  response: string;
  /** How many times the email was tried, 1 for a first success. */
  attempts: number;
  /** From the call of `send` to the server's final reply, in milliseconds. */
  durationMs: number;
}

/** What every operation that takes time accepts. */
export interface OperationOptions {
  /**
   * Stops the operation, which then rejects with the code `aborted`. With a signal of `AbortSignal.timeout()`, the code is
   * `timeout`, and the error says which step took too long.
   */
  signal?: AbortSignal | undefined;
}

/**
 * Delivers rendered emails. Implementations must pass the contract suite of `@postern/testing`.
 * Every rejection is a {@link MailError}; nothing is reported through return values.
 */
export interface Transport extends AsyncDisposable {
  readonly name: string;
  /** Resolves once a server has accepted the email. */
  send(email: Email, options?: OperationOptions): Promise<Receipt>;
  /** Connects and logs in without sending anything. */
  verify(options?: OperationOptions): Promise<void>;
  /** Lets emails in flight finish, then frees everything. Later sends fail with `closed`. Idempotent. */
  close(): Promise<void>;
}
