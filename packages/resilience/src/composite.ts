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
import { z } from 'zod';

interface CompositeParts {
  /** What it does and to which, e.g. `retry(smtp)`. */
  name: string;
  children: readonly Transport[];
  /** Aborted by `close`, which then waits: whoever waits for something gives up, and nothing new is begun. */
  closing: AbortController;
  /** Has to reach the child before it awaits anything: a child that is closed takes no more emails. */
  send(email: Email, signal: AbortSignal | undefined): Promise<Receipt>;
  verify(operation?: OperationOptions): Promise<void>;
}

const childSchema = z.object({ transport: transportSchema });

/**
 * The transport that a function such as `withRetry` wraps.
 *
 * @throws {ConfigError} when it is not a transport
 */
export const requireTransport = (transport: Transport, caller: string): Transport =>
  readOptions(childSchema, { transport }, caller).transport;

/**
 * A transport made of others, with the life cycle they have in common: closing it lets the tries that are under way
 * finish, cuts off every wait, and closes the children.
 */
export function createComposite({ name, children, closing, send, verify }: CompositeParts): Transport {
  const drain = createDrain(`transport ${name}`, async () => {});
  let closed: Promise<void> | undefined;
  const close = () => {
    if (!closed) {
      closing.abort();
      // Children at the same time, so that their waits are cut off, too.
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

/** Sends through a transport that may come from the application: its receipt is completed, and clean. */
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

/** How many tries a failure stands for. */
export const attemptsOf = (error: MailError): number => error.attempts ?? 1;

/** Whether the email is worthless at that time. */
export const expiresBy = (time: number, { expiresAt }: Email): boolean =>
  expiresAt !== undefined && expiresAt.getTime() <= time;

/** What log events say of an email. */
export const describeEmail = ({ type, messageId, to }: Email) => ({ type, messageId, to: maskAddress(to) });

/** What log events say of a failure. */
export const describeFailure = ({ code, stage, responseCode, attempts }: MailError) => ({
  code,
  stage,
  ...(responseCode !== undefined && { responseCode }),
  ...(attempts !== undefined && { attempts }),
});
