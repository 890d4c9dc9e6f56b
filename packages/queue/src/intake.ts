import {
  type Clock,
  canonicalAddress,
  type Email,
  MailError,
  maskAddress,
  type OperationOptions,
  remoteLine,
  requireSendable,
  serializeEmail,
} from '@postern/core';
import { v7 as uuidv7 } from 'uuid';
import { decide } from './application-callback.js';
import { type CallerTransaction, fromCaller } from './database.js';
import type { Enqueuer } from './enqueuer.js';
import type { Keyring } from './keyring.js';
import type { ParsedQueueOptions } from './queue-options.js';
import type { QueueTelemetry } from './queue-telemetry.js';

export interface EnqueueOptions {
  /**
   * Your transaction: the email is sent if it commits, and never existed if it rolls back. The queue does not learn which,
   * so codes that this email supersedes cause no `cancelled` event.
   */
  db?: CallerTransaction | undefined;
}

/** A type is a column, and PostgreSQL stores no NUL characters; a statement that fails would end the caller's transaction. */
function requireStorable(type: string): void {
  if (remoteLine(type) === type) return;
  throw new MailError('payload_invalid', 'type must be one short line of text without control characters.', {
    stage: 'payload',
    hint: 'Write a usage type such as SignIn.',
  });
}

export interface IntakeOptions extends Pick<ParsedQueueOptions, 'lanes' | 'policy'> {
  readonly enqueuer: Enqueuer;
  readonly keyring: Keyring;
  readonly telemetry: QueueTelemetry;
  /** The local estimate of the queue's time. Ids begin with it. */
  readonly clock: Clock;
  /** Asks the database for the time. */
  readonly queueTime: () => Promise<number>;
  /** Called with a delivery that a newer code has cancelled, once that is stored. */
  readonly onSuperseded: (id: string) => Promise<void>;
}

/** Makes deliveries of emails: each gets its id and its lane, and is sealed. */
export interface Intake {
  /**
   * An email with the same idempotency key again is stored once.
   *
   * @throws {MailError} `payload_invalid` for what is not an email, `expired`, `aborted`, `idempotency_key_reused` when its
   * idempotency key belongs to another email
   */
  take(email: Email, options?: EnqueueOptions & OperationOptions): Promise<{ id: string }>;
}

export function createIntake(options: IntakeOptions): Intake {
  const { lanes, policy, enqueuer, keyring, telemetry, clock, queueTime, onSuperseded } = options;

  const laneOf = (type: string): string => {
    const found = Object.entries(lanes).find(
      ([lane, { types }]) =>
        !types ||
        (typeof types === 'function'
          ? decide(`lanes.${lane}.types`, () => types(type))
          : types.includes(type)),
    );
    return (found as [string, unknown])[0]; // the last lane takes every type
  };

  /** The clock of this process may be wrong. Where it says that an email is late, the database decides. */
  async function requireUnexpired(email: Email, signal: AbortSignal | undefined): Promise<void> {
    const isLate = email.expiresAt !== undefined && email.expiresAt.getTime() <= clock.now();
    const time = isLate ? await queueTime() : clock.now();
    requireSendable(email, signal, { now: () => time });
  }

  return {
    async take(email, { db, signal } = {}) {
      const text = serializeEmail(email);
      await requireUnexpired(email, signal);
      const { to, type, expiresAt, idempotency } = email;
      requireStorable(type);
      const lane = laneOf(type);
      const supersedes = decide('policy.isCode', () => policy.isCode(type));
      const id = uuidv7({ msecs: clock.now() });
      return telemetry.enqueue({ id, lane, type }, async (trace) => {
        const delivery = {
          id,
          lane,
          type,
          recipient: remoteLine(maskAddress(to)),
          recipientDigests: keyring.digests('address', canonicalAddress(to)),
          keyDigests: idempotency ? keyring.digests('idempotency', idempotency.key) : [],
          // Of the request: rendered twice, it may give two texts, such as "valid for 9 minutes".
          fingerprints: idempotency ? keyring.digests('fingerprint', idempotency.identity) : [],
          supersedes,
          expiresAt,
          trace,
          sealed: keyring.seal(id, text),
        };
        const enqueued = db
          ? await enqueuer.enqueueWithin(fromCaller(db), delivery)
          : await enqueuer.enqueue(delivery);
        if (enqueued.id === id) telemetry.count({ lane, type, state: 'queued' });
        // What a transaction of the caller did has not happened yet.
        if (!db) for (const superseded of enqueued.superseded) await onSuperseded(superseded);
        return { id: enqueued.id };
      });
    },
  };
}
