import type { Email } from './email.js';

/** Proof that a server accepted responsibility for the email. Safe to store and log. */
export interface Receipt {
  /** The `Message-ID` that was sent. */
  messageId: string;
  /** The recipient address that the server accepted. */
  accepted: string;
  /** The name of the transport that delivered it. */
  transport: string;
  /** The server's final reply, with secrets removed. */
  response: string;
  /** The number of attempts. It is 1 if the first attempt succeeded. */
  attempts: number;
  /** The time from the call of `send` to the server's final reply, in milliseconds. */
  durationMs: number;
}

/** Options of every asynchronous operation. */
export interface OperationOptions {
  /**
   * Stops the operation, which then rejects with the code `aborted`. With a signal from `AbortSignal.timeout()`, the code is
   * `timeout`, and the error names the step that took too long.
   */
  signal?: AbortSignal | undefined;
}

/**
 * Delivers rendered emails. Implementations must pass the contract suite of `@postern/testing`.
 * Every rejection is a {@link MailError}. Return values never report failures.
 */
export interface Transport extends AsyncDisposable {
  readonly name: string;
  /** Resolves once a server has accepted the email. */
  send(email: Email, options?: OperationOptions): Promise<Receipt>;
  /** Connects and logs in without sending anything. */
  verify(options?: OperationOptions): Promise<void>;
  /** Waits for emails in flight, then frees all resources. Later sends fail with `closed`. Idempotent. */
  close(): Promise<void>;
}
