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
import { atIndex } from './at-index.js';
import { type CallerTransaction, fromCaller } from './database.js';
import type { NewDelivery } from './delivery-store.js';
import type { Enqueued, Enqueuer } from './enqueuer.js';
import type { Keyring } from './keyring.js';
import type { ParsedQueueOptions } from './queue-options.js';
import type { QueueTelemetry } from './queue-telemetry.js';
import { createRandomBytes } from './random-bytes.js';

export interface EnqueueOptions {
  /**
   * Your transaction. The email is sent only if it commits. The queue is not notified of the commit, so codes that this
   * email supersedes cause no `cancelled` event.
   */
  db?: CallerTransaction | undefined;
}

/** The type must be valid for PostgreSQL, because a failed statement would end the caller's transaction. */
function requireStorable(type: string): void {
  if (remoteLine(type) === type) return;
  throw new MailError('payload_invalid', 'type must be one short line of text without control characters.', {
    stage: 'payload',
    hint: 'Use a usage type such as SignIn.',
  });
}

/** A call stores its emails in one transaction, which must not hold its locks for long. */
const MOST_EMAILS = 1000;

export function requireBatch(emails: readonly Email[]): void {
  if (Array.isArray(emails) && emails.length <= MOST_EMAILS) return;
  throw new MailError('payload_invalid', `emails must be a list of ${MOST_EMAILS} emails or fewer.`, {
    stage: 'payload',
    hint: 'Call enqueueMany once for each part of a longer list.',
  });
}

export interface IntakeOptions extends Pick<ParsedQueueOptions, 'lanes' | 'policy'> {
  readonly enqueuer: Enqueuer;
  readonly keyring: Keyring;
  readonly telemetry: QueueTelemetry;
  /** The local estimate of the queue time, which is the first part of each id. */
  readonly clock: Clock;
  /** Reads the database time. Uses the caller's transaction, because PGlite runs one transaction at a time. */
  readonly queueTime: (db: CallerTransaction | undefined) => Promise<number>;
  /** Called with a delivery that a newer code has canceled, after this is stored. */
  readonly onSuperseded: (id: string) => Promise<void>;
}

/** Converts emails to deliveries, with an id, a lane, and encrypted content. */
export interface Intake {
  /**
   * Stores all emails or none. An email that repeats its idempotency key is stored once.
   *
   * @returns the ids, in the order of the emails
   * @throws {MailError} `payload_invalid` for a value that is not an email, `expired`, `aborted`,
   * `idempotency_key_reused` when an idempotency key belongs to another email
   */
  take(emails: readonly Email[], options?: TakeOptions): Promise<{ id: string }[]>;
}

type TakeOptions = EnqueueOptions & OperationOptions;

/** An email that can be stored. */
interface Accepted {
  readonly email: Email;
  readonly id: string;
  readonly lane: string;
  readonly type: string;
  readonly isCode: boolean;
  readonly text: string;
}

export function createIntake(options: IntakeOptions): Intake {
  const { lanes, policy, enqueuer, keyring, telemetry, clock, queueTime, onSuperseded } = options;

  const randomBytes = createRandomBytes();

  const laneOf = (type: string): string => {
    const found = Object.entries(lanes).find(
      ([lane, { types }]) =>
        !types ||
        (typeof types === 'function'
          ? decide(`lanes.${lane}.types`, () => types(type))
          : types.includes(type)),
    );
    return (found as [string, unknown])[0]; // the last lane takes all types
  };

  /** The clock of this process may be wrong, so an email is expired only if the database clock agrees. */
  async function requireUnexpired(email: Email, { db, signal }: TakeOptions): Promise<void> {
    const isLate = email.expiresAt !== undefined && email.expiresAt.getTime() <= clock.now();
    const time = isLate ? await queueTime(db) : clock.now();
    requireSendable(email, signal, { now: () => time });
  }

  async function accept(email: Email, options: TakeOptions): Promise<Accepted> {
    const text = serializeEmail(email);
    await requireUnexpired(email, options);
    const { type } = email;
    requireStorable(type);
    const lane = laneOf(type);
    const isCode = decide('policy.isCode', () => policy.isCode(type));
    return { email, id: uuidv7({ msecs: clock.now(), random: randomBytes(16) }), lane, type, isCode, text };
  }

  async function acceptAll(emails: readonly Email[], options: TakeOptions): Promise<readonly Accepted[]> {
    const accepted: Accepted[] = [];
    for (const [index, email] of emails.entries()) {
      try {
        accepted.push(await accept(email, options));
      } catch (error) {
        throw emails.length > 1 ? atIndex(index, error) : error;
      }
    }
    return accepted;
  }

  const toDelivery = (
    { email: { to, type, expiresAt, idempotency }, id, lane, isCode, text }: Accepted,
    trace: NewDelivery['trace'],
  ): NewDelivery => ({
    id,
    lane,
    type,
    recipient: remoteLine(maskAddress(to)),
    recipientDigests: keyring.digests('address', canonicalAddress(to)),
    keyDigests: idempotency ? keyring.digests('idempotency', idempotency.key) : [],
    // Identify the request, because two renderings can differ, for example in "valid for 9 minutes".
    fingerprints: idempotency ? keyring.digests('fingerprint', idempotency.identity) : [],
    supersedes: isCode,
    expiresAt,
    trace,
    sealed: keyring.seal(id, text),
  });

  function store(deliveries: readonly NewDelivery[], db: CallerTransaction | undefined): Promise<Enqueued[]> {
    if (db) return enqueuer.enqueueWithin(fromCaller(db), deliveries);
    const [only, ...others] = deliveries;
    return only && others.length === 0
      ? enqueuer.enqueue(only).then((enqueued) => [enqueued])
      : enqueuer.enqueueMany(deliveries);
  }

  return {
    async take(emails, takeOptions = {}) {
      const { db } = takeOptions;
      const accepted = await acceptAll(emails, takeOptions);
      return telemetry.enqueue(accepted, async (trace) => {
        const enqueued = await store(
          accepted.map((one) => toDelivery(one, trace)),
          db,
        );
        for (const [index, { id, lane, type }] of accepted.entries())
          if (enqueued[index]?.id === id) telemetry.count({ lane, type, state: 'queued' });
        // The caller's transaction is not committed yet.
        if (!db) for (const { superseded } of enqueued) for (const id of superseded) await onSuperseded(id);
        return enqueued.map(({ id }) => ({ id }));
      });
    },
  };
}
