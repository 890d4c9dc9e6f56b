import {
  type Clock,
  type Email,
  freezeEmail,
  MailError,
  type MailErrorCode,
  type Mailer,
  type MailStage,
  parseEmail,
  type Receipt,
  redact,
  remoteLine,
  remoteLines,
  toReceipt,
} from '@postern/core';
import type { ClaimedDelivery } from './claimed-delivery.js';
import { type DeliveryError, unreadableError } from './delivery.js';
import { EXPIRED, type Settlement, SUPERSEDED } from './delivery-store.js';
import { type Keyring, UnsealableError } from './keyring.js';
import type { QueuePolicy } from './queue-policy.js';
import type { QueueTelemetry } from './queue-telemetry.js';
import { settleFailure } from './retry.js';

/** The part of a mailer that the queue uses. */
export type QueueMailer = Pick<Mailer, 'deliver'>;

/** Why an attempt was aborted: it took too long, the worker is stopping, or another worker has the delivery. */
export type AbortReason = 'timeout' | 'stopped' | 'lost';

export interface AttemptOptions {
  readonly keyring: Keyring;
  readonly policy: QueuePolicy;
  readonly telemetry: QueueTelemetry;
  readonly random: () => number;
  readonly clock: Clock;
}

/** How far the clocks of this process are ahead of the queue time, in milliseconds. Negative if they are behind. */
export interface ClocksAhead {
  /** The `clock` option of the queue. */
  readonly clockAheadMs: number;
  /** The system clock. */
  readonly wallAheadMs: number;
}

/** Maximum number of attempts of one delivery during which a worker died. */
const MOST_INTERRUPTIONS = 5;

/** Maximum time for a transport to stop after an abort, in milliseconds. */
const ABORT_GRACE_MS = 5000;

type Ending = Omit<Settlement, 'id' | 'type' | 'attempts'> & Partial<Pick<Settlement, 'attempts'>>;

/**
 * Sends one delivery. Never rejects.
 *
 * @param controller - aborts the attempt. The reason is an {@link AbortReason}
 * @param checkLease - aborts the attempt if another worker may have the delivery
 * @returns the result, or `undefined` if another worker decides it
 */
export async function attemptDelivery(
  options: AttemptOptions,
  claimed: ClaimedDelivery & ClocksAhead & { readonly lane: string },
  mailer: QueueMailer,
  controller: AbortController,
  checkLease: () => Promise<void>,
): Promise<Settlement | undefined> {
  const { policy, random, clock, telemetry } = options;
  const { id, type, attempts, interruptions, expiresAt } = claimed;
  const { signal } = controller;
  /** The mailer uses one of the two clocks. With the later deadline, it never expires an email too early. */
  const localExpiry = expiresAt && {
    expiresAt: new Date(expiresAt.getTime() + Math.max(claimed.clockAheadMs, claimed.wallAheadMs)),
  };
  const now = () => clock.now() - claimed.clockAheadMs;
  const settle = (ending: Ending): Settlement => ({ id, type, attempts, ...ending });
  /** The number of attempts without this one. */
  const before = { attempts: attempts - 1, ...(claimed.error && { error: claimed.error }) };
  /** Known after the email is decrypted. */
  let email: Email | undefined;

  const fail = (
    error: DeliveryError,
    isRetryable: boolean,
    { reply, retryAfterMs = 0 }: { reply?: string; retryAfterMs?: number | undefined } = {},
  ): Settlement => {
    telemetry.failed(error.code);
    const { isCode } = claimed;
    const failed = { isCode, attempts, expiresAt, error, isRetryable, retryAfterMs, now: now() };
    return settle({
      ...settleFailure(policy, random, failed),
      error,
      ...(email && { messageId: remoteLine(email.messageId) }),
      ...(reply !== undefined && { reply }),
    });
  };

  const refuse = (error: unknown): Settlement | undefined => {
    const reason: unknown = signal.reason;
    // A mailer can also abort without a request from the queue.
    const isOurs = signal.aborted && error instanceof MailError && error.code === 'aborted';
    if (error === ABANDONED || isOurs) {
      if (reason === 'lost') return undefined;
      if (reason === 'stopped') {
        // The email may still arrive. Other workers can retry only after the lease ends.
        if (error === ABANDONED) return undefined;
        return settle({ state: 'queued', keepsContent: true, ...before });
      }
      return error === ABANDONED
        ? fail(
            {
              code: 'delivery_unknown',
              message: 'The transport did not stop after the attempt was aborted.',
            },
            true,
          )
        : fail({ code: 'timeout', message: 'The attempt took longer than attemptTimeoutMs.' }, true);
    }
    if (error instanceof UnsealableError)
      return fail({ code: 'unsealable', message: error.message, hint: error.hint }, false);
    const hide = hiderOf(email);
    const { retryable, response, code, retryAfterMs } =
      error instanceof MailError ? error : ({} as Partial<MailError>);
    // If the mailer was closed or aborted, the error is not about the email.
    const isRetryable = retryable === true || code === 'closed' || code === 'aborted';
    return fail(describeFailure(error, hide), isRetryable, {
      ...(response !== undefined && { reply: remoteLines(hide(String(response))) }),
      retryAfterMs,
    });
  };

  async function run(): Promise<Settlement | undefined> {
    if (claimed.unreadable.length > 0) return fail(unreadableError(claimed.unreadable), false);
    if (claimed.isSuperseded) {
      return settle({ ...before, state: 'cancelled', error: SUPERSEDED, keepsContent: false });
    }
    if (claimed.isExpired) return fail(EXPIRED, false);
    // Stop retrying an email that repeatedly kills its worker.
    const interrupted: DeliveryError = {
      code: 'interrupted',
      message: `The worker died during ${interruptions} attempts.`,
    };
    if (interruptions >= MOST_INTERRUPTIONS) return fail(interrupted, false);
    // The worker died during the last allowed attempt, or maxAttempts was reduced.
    if (attempts > policy.maxAttempts) return { ...fail(before.error ?? interrupted, false), ...before };
    try {
      const receipt = await send();
      return settle({
        state: 'sent',
        keepsContent: false,
        messageId: receipt.messageId,
        transport: receipt.transport,
        reply: remoteLines(hiderOf(email)(receipt.response)),
      });
    } catch (error) {
      return refuse(error);
    }
  }

  async function send(): Promise<Receipt> {
    const opened = parseEmail(options.keyring.open(id, claimed.sealed));
    const sending = localExpiry ? freezeEmail({ ...opened, ...localExpiry }) : opened;
    email = sending;
    await checkLease();
    if (signal.aborted) throw NOT_SENT;
    const receipt: unknown = await telemetry.send(async () =>
      unlessAbandoned(mailer.deliver(sending, { signal }), signal),
    );
    // The application can provide the mailer, so sanitize its result before it is stored.
    const { messageId, to } = sending;
    return toReceipt(receipt, { messageId, accepted: to, transport: 'mailer', durationMs: 0 });
  }

  const timer = setTimeout(() => controller.abort('timeout' satisfies AbortReason), policy.attemptTimeoutMs);
  try {
    return await telemetry.attempt(claimed, run);
  } catch {
    // A policy function of the application threw an error.
    const error = { code: 'internal', message: 'A function of the queue policy threw an error.' } as const;
    return settle({ state: 'failed', keepsContent: false, error });
  } finally {
    clearTimeout(timer);
  }
}

/** Replaces the error of a transport that ignores its abort signal. */
const ABANDONED = Symbol('abandoned');
const NOT_SENT = new MailError('aborted', 'The attempt was aborted before the email was sent.', {
  stage: 'pool',
});

/** Waits for `work`, but no longer than {@link ABORT_GRACE_MS} after an abort. */
async function unlessAbandoned<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const abandoned = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => abandoned.reject(ABANDONED), ABORT_GRACE_MS);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, abandoned.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

const nameOf = (error: unknown): string =>
  error instanceof Error && typeof error.name === 'string' ? remoteLine(error.name, 100) : 'something';

/**
 * The part of an error that is safe to store. The message of a foreign error can contain secrets, so it is left out.
 */
function describeFailure(error: unknown, hide: (text: string) => string): DeliveryError {
  if (!(error instanceof MailError)) {
    return {
      code: 'internal',
      message: `The attempt failed with ${nameOf(error)}, which is not a MailError.`,
    };
  }
  // The constructor of MailError sanitizes its texts, but they can be changed later.
  const text = (value: string) => remoteLine(hide(String(value)));
  const { code, message, stage, hint, responseCode } = error;
  return {
    code: text(code) as MailErrorCode, // changes only codes that are not valid
    message: text(message),
    stage: text(stage) as MailStage,
    ...(hint !== undefined && { hint: text(hint) }),
    ...(typeof responseCode === 'number' && { responseCode }),
  };
}

/** Masks data that must not be stored. Servers often repeat the address in their reply. */
const hiderOf =
  (email: Email | undefined) =>
  (text: string): string =>
    email ? redact(text, email.secrets, [email.to]) : text;
