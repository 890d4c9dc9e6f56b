import {
  type Clock,
  clockSchema,
  createDrain,
  type Email,
  MailError,
  type Receipt,
  readOptions,
  requireSendable,
  systemClock,
  type Transport,
} from '@postern/core';
import * as z from 'zod';
import { createMailStore, type Inbox } from './inbox.js';

/** Options of {@link createMemoryTransport}. */
export interface MemoryTransportOptions {
  /**
   * The name in its receipts.
   * @default 'memory'
   */
  name?: string | undefined;
  /**
   * Determines whether an email has expired.
   * @default the wall clock
   */
  clock?: Clock | undefined;
}

const optionsSchema = z.strictObject({
  name: z.string().min(1).default('memory'),
  clock: clockSchema.default(() => systemClock),
});

/** A failure that was added to a memory transport. */
export interface FailureHandle {
  /** The number of sends that it has failed. */
  readonly fired: number;
  /** Removes the failure. */
  clear(): void;
}

/** A transport that stores emails in memory. */
export interface MemoryTransport extends Transport {
  /** All sent emails, oldest first: the same objects that were passed to `send`. */
  readonly emails: readonly Email[];
  /** The same emails, with methods that wait for emails and find codes and links in them. */
  readonly inbox: Inbox<Email>;
  /**
   * Makes sends reject with this error. If there are several failures, the oldest applies.
   * @param options.times - the number of sends that fail. @default Infinity
   */
  failWith(error: MailError, options?: { times?: number }): FailureHandle;
}

/**
 * Creates a transport for tests that stores emails in an array.
 *
 * As the contract requires, it rejects expired emails, supports abort signals, and fails with `closed` after `close`.
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * const transport = createMemoryTransport();
 * const mailer = createMailer({ config, transport });
 * await mailer.send({ to: 'ada@example.com', type: 'SignIn', payload: { code: '123456' } });
 * expect(await transport.inbox.waitForCode('ada@example.com')).toBe('123456');
 * ```
 */
export function createMemoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const { name, clock } = readOptions(optionsSchema, options, 'createMemoryTransport');
  const store = createMailStore<Email>((email) => [email.to]);
  const failures = new Set<{ readonly error: MailError; readonly times: number; fired: number }>();
  const drain = createDrain('memory transport', async () => store.close('The memory transport was closed.'));

  async function deliver(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    requireSendable(email, signal, clock);
    for (const failure of failures) {
      if (failure.fired >= failure.times) continue;
      failure.fired += 1;
      throw failure.error;
    }
    store.add(email);
    return {
      messageId: email.messageId,
      accepted: email.to,
      transport: name,
      response: '250 2.0.0 Kept in memory',
      attempts: 1,
      durationMs: Math.max(0, clock.now() - startedAt),
    };
  }

  return {
    name,
    get emails() {
      return store.inbox.messages;
    },
    inbox: store.inbox,
    send: (email, operation) => drain.run(() => deliver(email, operation?.signal)),
    verify: (operation) =>
      drain.run(async () => {
        if (operation?.signal?.aborted)
          throw new MailError('aborted', 'The check was aborted.', { stage: 'pool' });
      }),
    failWith(error, { times = Number.POSITIVE_INFINITY } = {}) {
      const failure = { error, times, fired: 0 };
      failures.add(failure);
      return {
        get fired() {
          return failure.fired;
        },
        clear: () => failures.delete(failure),
      };
    },
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
