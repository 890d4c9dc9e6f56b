import {
  createDrain,
  type Email,
  type MailError,
  maskAddress,
  type OperationOptions,
  type Receipt,
  readOptions,
  type Transport,
  toReceipt,
  transportSchema,
} from '@postern/core';
import * as z from 'zod';

interface CompositeParts {
  /** Its function and the names of its children, such as `retry(smtp)`. */
  name: string;
  children: readonly Transport[];
  /** Aborted by `close`: emails that are waiting fail, and no new attempts start. */
  closing: AbortController;
  /** Must call the child before it awaits anything, because a closed child accepts no emails. */
  send(email: Email, signal: AbortSignal | undefined): Promise<Receipt>;
  verify(operation?: OperationOptions): Promise<void>;
}

const childSchema = z.object({ transport: transportSchema });

/**
 * Checks the transport that a function such as `withRetry` wraps.
 *
 * @throws {ConfigError} if it is not a transport
 */
export const requireTransport = (transport: Transport, caller: string): Transport =>
  readOptions(childSchema, { transport }, caller).transport;

/**
 * Creates a transport that wraps other transports. Closing it waits for attempts in flight, ends all waits, and closes the
 * children.
 */
export function createComposite({ name, children, closing, send, verify }: CompositeParts): Transport {
  const drain = createDrain(`transport ${name}`, async () => {});
  let closed: Promise<void> | undefined;
  const close = () => {
    if (!closed) {
      closing.abort();
      // Close the children at the same time, to end their waits.
      closed = Promise.all([drain.close(), ...children.map((child) => child.close())]).then(() => {});
    }
    return closed;
  };
  return {
    name,
    send: (email, operation) => drain.run(() => send(email, operation?.signal)),
    verify: (operation) => drain.run(() => verify(operation)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Sends through a transport that may belong to the application, and completes and cleans its receipt. */
export async function sendThrough(
  transport: Transport,
  email: Email,
  signal: AbortSignal | undefined,
): Promise<Receipt> {
  const startedAt = performance.now();
  const receipt: unknown = await transport.send(email, { signal });
  return toReceipt(receipt, {
    messageId: email.messageId,
    accepted: email.to,
    transport: transport.name,
    durationMs: Math.round(performance.now() - startedAt),
  });
}

/** The number of attempts behind a failure. */
export const attemptsOf = (error: MailError): number => error.attempts ?? 1;

/** Whether the email has expired at that time. */
export const expiresBy = (time: number, { expiresAt }: Email): boolean =>
  expiresAt !== undefined && expiresAt.getTime() <= time;

/** The fields of an email in log events. */
export const describeEmail = ({ type, messageId, to }: Email) => ({ type, messageId, to: maskAddress(to) });

/** The fields of a failure in log events. */
export const describeFailure = ({ code, stage, responseCode, attempts, retryAfterMs }: MailError) => ({
  code,
  stage,
  ...(responseCode !== undefined && { responseCode }),
  ...(attempts !== undefined && { attempts }),
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
