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

/** What a worker needs of a mailer. */
export type QueueMailer = Pick<Mailer, 'deliver'>;

/** Why an attempt was broken off: it took too long, the worker stops, or another worker has the delivery by now. */
export type AbortReason = 'timeout' | 'stopped' | 'lost';

export interface AttemptOptions {
  readonly keyring: Keyring;
  readonly policy: QueuePolicy;
  readonly telemetry: QueueTelemetry;
  readonly random: () => number;
  readonly clock: Clock;
}

/** How far clocks of this process are ahead of the queue's time, in milliseconds; negative where they are behind. */
export interface ClocksAhead {
  /** The clock of the queue's options. */
  readonly clockAheadMs: number;
  /** The clock of this machine. */
  readonly wallAheadMs: number;
}

/** How many workers may die of one delivery. */
const MOST_INTERRUPTIONS = 5;

/** How long a transport has to come to an end after an abort, in milliseconds. */
const ABORT_GRACE_MS = 5000;

type Ending = Omit<Settlement, 'id' | 'type' | 'attempts'> & Partial<Pick<Settlement, 'attempts'>>;

/**
 * Sends one delivery. Never rejects.
 *
 * @param controller aborts it; the reason is an {@link AbortReason}
 * @param checkLease aborts it if another worker may have the delivery by now
 * @returns how it ended; `undefined` when that is for another worker to say
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
  /** The mailer has one of the two clocks. By the later of the two moments it expires nothing too early. */
  const localExpiry = expiresAt && {
    expiresAt: new Date(expiresAt.getTime() + Math.max(claimed.clockAheadMs, claimed.wallAheadMs)),
  };
  const now = () => clock.now() - claimed.clockAheadMs;
  const settle = (ending: Ending): Settlement => ({ id, type, attempts, ...ending });
  /** Without the one that this would be. */
  const before = { attempts: attempts - 1, ...(claimed.error && { error: claimed.error }) };
  /** Known once it has been opened. */
  let email: Email | undefined;

  const fail = (error: DeliveryError, isRetryable: boolean, reply?: string): Settlement => {
    telemetry.failed(error.code);
    const failed = { isCode: claimed.isCode, attempts, expiresAt, error, isRetryable, now: now() };
    return settle({
      ...settleFailure(policy, random, failed),
      error,
      ...(email && { messageId: remoteLine(email.messageId) }),
      ...(reply !== undefined && { reply }),
    });
  };

  const refuse = (error: unknown): Settlement | undefined => {
    const reason: unknown = signal.reason;
    // A mailer may also abort on its own initiative.
    const isOurs = signal.aborted && error instanceof MailError && error.code === 'aborted';
    if (error === ABANDONED || isOurs) {
      if (reason === 'lost') return undefined;
      if (reason === 'stopped') {
        // One that is still being sent may yet arrive: its lease says when somebody else may try.
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
    const { retryable, response, code } = error instanceof MailError ? error : ({} as Partial<MailError>);
    // The error of a mailer that was closed too early, or that aborted, does not concern the email.
    const isRetryable = retryable === true || code === 'closed' || code === 'aborted';
    return fail(
      describeFailure(error, hide),
      isRetryable,
      response === undefined ? undefined : remoteLines(hide(String(response))),
    );
  };

  async function run(): Promise<Settlement | undefined> {
    if (claimed.unreadable.length > 0) return fail(unreadableError(claimed.unreadable), false);
    if (claimed.isSuperseded) {
      return settle({ ...before, state: 'cancelled', error: SUPERSEDED, keepsContent: false });
    }
    if (claimed.isExpired) return fail(EXPIRED, false);
    // A message that kills its worker must not do so forever.
    const interrupted: DeliveryError = {
      code: 'interrupted',
      message: `The worker died during ${interruptions} attempts.`,
    };
    if (interruptions >= MOST_INTERRUPTIONS) return fail(interrupted, false);
    // There were as many as may be: the last died with its worker, or there may be fewer by now.
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
    const sending = freezeEmail({ ...opened, ...localExpiry });
    email = sending;
    await checkLease();
    if (signal.aborted) throw NOT_SENT;
    const receipt: unknown = await telemetry.send(async () =>
      unlessAbandoned(mailer.deliver(sending, { signal }), signal),
    );
    // The mailer may be the application's, and what it says is stored.
    const { messageId, to } = sending;
    return toReceipt(receipt, { messageId, accepted: to, transport: 'mailer', durationMs: 0 });
  }

  const timer = setTimeout(() => controller.abort('timeout' satisfies AbortReason), policy.attemptTimeoutMs);
  try {
    return await telemetry.attempt(claimed, run);
  } catch {
    // A function of the application that the policy asks has thrown.
    const error = { code: 'internal', message: 'A function of the queue policy threw an error.' } as const;
    return settle({ state: 'failed', keepsContent: false, error });
  } finally {
    clearTimeout(timer);
  }
}

/** In place of the error of a transport that ignores its signal. */
const ABANDONED = Symbol('abandoned');
const NOT_SENT = new MailError('aborted', 'The attempt was aborted before the email was sent.', {
  stage: 'pool',
});

/** Waits for `work`, and after an abort for {@link ABORT_GRACE_MS} at most. */
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

/** What may be stored of a failure. The message of an error that is not ours may hold anything, so it stays out. */
function describeFailure(error: unknown, hide: (text: string) => string): DeliveryError {
  if (!(error instanceof MailError)) {
    return {
      code: 'internal',
      message: `The attempt failed with ${nameOf(error)}, which is not a MailError.`,
    };
  }
  // A MailError is clean when it is made; what is in it by now may come from anywhere.
  const text = (value: string) => remoteLine(hide(String(value)));
  const { code, message, stage, hint, responseCode } = error;
  return {
    code: text(code) as MailErrorCode, // the same, unless it was none
    message: text(message),
    stage: text(stage) as MailStage,
    ...(hint !== undefined && { hint: text(hint) }),
    ...(typeof responseCode === 'number' && { responseCode }),
  };
}

/** Hides what a server may have repeated in its reply, and must not be stored: servers like to quote the address. */
const hiderOf =
  (email: Email | undefined) =>
  (text: string): string =>
    email ? redact(text, email.secrets, [email.to]) : text;
