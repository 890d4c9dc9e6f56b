import { failureLevel, type LogLevel } from './failure-level.js';
import type { LogEvent } from './logger.js';
import { MailError } from './mail-error.js';

/** Options of {@link sendOrDefer}. */
export interface SendOrDeferOptions {
  /** Sends the email. */
  readonly send: () => Promise<unknown>;
  /**
   * Receives the promise of the send. It never rejects, and it resolves only after the send succeeds or fails.
   * @default the caller waits for the send
   */
  readonly waitUntil: ((sending: Promise<void>) => unknown) | undefined;
  /** Receives `SOURCE.send_failed` if the send fails, and `SOURCE.wait_until_failed` if `waitUntil` fails. */
  readonly report: (level: LogLevel, event: LogEvent & { readonly message: string }) => void;
  /** The first part of the event names, such as `verification`. */
  readonly source: string;
  /** Fields of the events that identify the email. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Sends an email now, or after the response to the current request if `waitUntil` is set. If `waitUntil` fails, the failure is
 * reported and the email is sent anyway.
 *
 * @throws the error of `send`, without `waitUntil`
 */
export async function sendOrDefer({
  send,
  waitUntil,
  report,
  source,
  fields,
}: SendOrDeferOptions): Promise<void> {
  if (!waitUntil) {
    await send();
    return;
  }
  const reportFailure = (name: string, summary: string) => (error: unknown) => {
    const { code, stage, hint } = error instanceof MailError ? error : ({} as Partial<MailError>);
    // Only the messages of Postern's own errors are safe to log.
    const reason = error instanceof MailError ? error.message : 'An unexpected error was thrown.';
    const event = `${source}.${name}`;
    report(failureLevel(error), { event, ...fields, code, stage, hint, message: `${summary} ${reason}` });
  };
  // The current turn of the event loop ends with the response.
  const response = new Promise<void>((resolve) => setTimeout(resolve, 0));
  const sending = response
    .then(send)
    .then(() => undefined, reportFailure('send_failed', 'The email was not sent.'));
  // Async, so that an exception in the callback becomes a rejection.
  const wait = async () => waitUntil(sending);
  void wait().catch(reportFailure('wait_until_failed', 'The callback waitUntil failed.'));
}
