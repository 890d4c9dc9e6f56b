import {
  canonicalAddress,
  type Email,
  MailError,
  maskAddress,
  parseRecipient,
  parseSendRequest,
  remoteLine,
  requestIdentity,
  type SendRequest,
} from '@postern/core';
import { v7 as uuidv7 } from 'uuid';
import { type Content, serializeContent } from './content.js';
import { type CallerTransaction, fromCaller } from './database.js';
import type { Enqueuer } from './enqueuer.js';
import type { Keyring } from './keyring.js';
import type { ParsedQueueOptions } from './queue-options.js';
import type { QueueTelemetry } from './queue-telemetry.js';

export interface EnqueueOptions {
  /**
   * The same key within the policy's window is the same delivery: one email. With another recipient, type, payload,
   * locale or expiry, it is refused with `idempotency_key_reused`.
   * @default the request's own `idempotencyKey`
   */
  idempotencyKey?: string | undefined;
  /**
   * A transaction of yours: the email goes out if it commits, and never existed if it rolls back. The queue does not
   * learn which, so what this email supersedes makes no `cancelled` event.
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

/** What a reader sees. An email that is rendered again has another date. */
const emailIdentity = ({ to, type, subject, text, html }: Email): string =>
  JSON.stringify([to, type, subject, text, html]);

export interface IntakeOptions extends Pick<ParsedQueueOptions, 'lanes' | 'policy'> {
  readonly enqueuer: Enqueuer;
  readonly keyring: Keyring;
  readonly telemetry: QueueTelemetry;
  /** For the ids, which begin with it. */
  readonly now: () => number;
  /** Told of a delivery that a newer code has cancelled, once that is stored. */
  readonly onSuperseded: (id: string) => Promise<void>;
}

/** Makes deliveries of what comes in: each gets its id and its lane, and its content is sealed. */
export interface Intake {
  /**
   * @throws {MailError} `recipient_invalid` or `payload_invalid` for a request that is not valid,
   * `idempotency_key_reused` when its key belongs to another email
   */
  takeRequest(request: SendRequest, options?: EnqueueOptions): Promise<{ id: string }>;
  /**
   * Takes an email that has been rendered. The same email again is stored once.
   *
   * @throws {MailError} `idempotency_key_reused` when another email has its `Message-ID`
   */
  takeEmail(email: Email): Promise<{ id: string }>;
}

export function createIntake(options: IntakeOptions): Intake {
  const { lanes, policy, enqueuer, keyring, telemetry, now, onSuperseded } = options;

  const newId = () => uuidv7({ msecs: now() });

  const laneOf = (type: string): string => {
    const found = Object.entries(lanes).find(
      ([, { types }]) => !types || (typeof types === 'function' ? types(type) : types.includes(type)),
    );
    return (found as [string, unknown])[0]; // the last lane takes every type
  };

  async function put(
    content: Content,
    { to, type, expiresAt }: { to: string; type: string; expiresAt?: Date | undefined },
    id: string,
    { idempotencyKey, identity }: { idempotencyKey: string | undefined; identity: string },
    db: CallerTransaction | undefined,
  ): Promise<{ id: string }> {
    requireStorable(type);
    const lane = laneOf(type);
    return telemetry.enqueue({ id, lane, type }, async (trace) => {
      const delivery = {
        id,
        lane,
        type,
        recipient: remoteLine(maskAddress(to)),
        recipientDigests: keyring.digests('address', canonicalAddress(to)),
        keyDigests: idempotencyKey === undefined ? [] : keyring.digests('idempotency', idempotencyKey),
        fingerprints: keyring.digests('fingerprint', identity),
        supersedes: policy.isCode(type),
        expiresAt,
        trace,
        sealed: keyring.seal(id, serializeContent(content)),
      };
      const enqueued = db
        ? await enqueuer.enqueueWithin(fromCaller(db), delivery)
        : await enqueuer.enqueue(delivery);
      if (enqueued.id === id) telemetry.count({ lane, type, state: 'queued' });
      // What a transaction of the caller's did has not happened yet.
      if (!db) for (const superseded of enqueued.superseded) await onSuperseded(superseded);
      return { id: enqueued.id };
    });
  }

  return {
    async takeRequest(request, { idempotencyKey, db } = {}) {
      const checked = parseSendRequest(request);
      const key = idempotencyKey ?? checked.idempotencyKey;
      const id = newId();
      const to = parseRecipient(checked.to);
      // Every attempt carries the Message-ID that this key gives.
      const content = { kind: 'request', request: { ...checked, to, idempotencyKey: key ?? id } } as const;
      return put(
        content,
        { ...checked, to },
        id,
        { idempotencyKey: key, identity: requestIdentity({ ...checked, to }) },
        db,
      );
    },
    takeEmail: (email) =>
      put(
        { kind: 'email', email },
        email,
        newId(),
        { idempotencyKey: email.messageId, identity: emailIdentity(email) },
        undefined,
      ),
  };
}
