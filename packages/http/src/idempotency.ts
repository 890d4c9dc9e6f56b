import { type Clock, MailError, requestIdentity, type SendRequest, sha256Hex } from '@postern/core';
import { ProblemError } from './problem.js';

/** How long a key belongs to its email. The queue uses the same time. */
const WINDOW_MS = 24 * 60 * 60 * 1000;
const MOST_KEYS = 10_000;

interface Entry {
  /** A digest, because the identity of a request contains its code or link. */
  readonly fingerprint: string;
  readonly until: number;
  /** `undefined` while the email is being sent. */
  messageId?: string | undefined;
}

/** Prevents duplicate emails with the same idempotency key in this process. A queue does the same for all processes. */
export interface IdempotencyGuard {
  /**
   * Sends the email, or returns the result of an earlier request with the same key and email. A failed send releases the
   * key, so that the client can retry.
   *
   * @param deliver sends the email. If it sends after it resolves, it calls `release` for a failed send.
   * @throws {MailError} `idempotency_key_reused` if the key belongs to another email
   * @throws {ProblemError} `idempotency_key_in_use` while the first request with the key is being sent, whatever its email
   */
  send(
    request: SendRequest,
    deliver: (release: () => void) => Promise<{ messageId: string }>,
  ): Promise<{ messageId: string }>;
}

/** The rules of draft-ietf-httpapi-idempotency-key-header-07, section 2.6, in the memory of one process. */
export function createIdempotencyGuard(clock: Clock): IdempotencyGuard {
  const entries = new Map<string, Entry>();

  function remember(key: string, entry: Entry): void {
    // The oldest entries come first and expire first.
    for (const [oldest, { until }] of entries) {
      if (until > clock.now() && entries.size < MOST_KEYS) break;
      entries.delete(oldest);
    }
    entries.set(key, entry);
  }

  return {
    async send(request, deliver) {
      if (request.idempotencyKey === undefined) return deliver(() => undefined);
      const key = await sha256Hex(request.idempotencyKey);
      const fingerprint = await sha256Hex(requestIdentity(request));
      const earlier = entries.get(key);
      if (earlier && earlier.until > clock.now()) {
        // The first send can still fail, so no repeat is a duplicate yet, whatever its content.
        if (earlier.messageId === undefined) throw new ProblemError('idempotency_key_in_use');
        if (earlier.fingerprint !== fingerprint)
          throw new MailError('idempotency_key_reused', 'The idempotency key belongs to another email.', {
            stage: 'payload',
          });
        return { messageId: earlier.messageId };
      }
      const entry: Entry = { fingerprint, until: clock.now() + WINDOW_MS };
      entries.delete(key);
      remember(key, entry);
      const release = () => {
        if (entries.get(key) === entry) entries.delete(key);
      };
      try {
        const { messageId } = await deliver(release);
        entry.messageId = messageId;
        return { messageId };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}
