import {
  type Clock,
  type Email,
  freezeEmail,
  MailError,
  type Mailer,
  type Receipt,
  redact,
} from '@postern/core';
import { type Content, parseContent } from './content.js';
import type { DeliveryError } from './delivery.js';
import { type ClaimedDelivery, EXPIRED, type Settlement, SUPERSEDED } from './delivery-store.js';
import { type Keyring, UnsealableError } from './keyring.js';
import type { QueuePolicy } from './queue-policy.js';
import type { QueueTelemetry } from './queue-telemetry.js';
import { settleFailure } from './retry.js';

/** What a worker needs of a mailer. */
export type QueueMailer = Pick<Mailer, 'render' | 'deliver'>;

/** Why an attempt was broken off: it took too long, the worker stops, or another worker has the delivery by now. */
export type AbortReason = 'timeout' | 'stopped' | 'lost';

export interface AttemptOptions {
  readonly keyring: Keyring;
  readonly policy: QueuePolicy;
  readonly telemetry: QueueTelemetry;
  readonly random: () => number;
  readonly clock: Clock;
}

/** How many workers may die of one delivery. */
const MOST_INTERRUPTIONS = 5;

/** How long a transport has to come to an end after an abort, in milliseconds. */
const ABORT_GRACE_MS = 5000;

type Ending = Omit<Settlement, 'id' | 'type' | 'attempts'> & Partial<Pick<Settlement, 'attempts'>>;

/** What an attempt found out about its email before it failed. */
interface Progress {
  content?: Content;
  email?: Email;
}

/**
 * Renders and sends one delivery. Never rejects.
 *
 * @param controller aborts it; the reason is an {@link AbortReason}
 * @returns how it ended; `undefined` when that is for another worker to say
 */
export async function attemptDelivery(
  options: AttemptOptions,
  claimed: ClaimedDelivery & { readonly lane: string },
  mailer: QueueMailer,
  controller: AbortController,
): Promise<Settlement | undefined> {
  const { policy, random, clock, telemetry } = options;
  const { id, type, attempts, interruptions, expiresAt } = claimed;
  const settle = (ending: Ending): Settlement => ({ id, type, attempts, ...ending });
  /** Without the one that this would be. */
  const before = { attempts: attempts - 1, ...(claimed.error && { error: claimed.error }) };
  const progress: Progress = {};

  const fail = (error: DeliveryError, isRetryable: boolean, reply?: string): Settlement => {
    telemetry.failed(error.code);
    const failed = { type, attempts, expiresAt, error, isRetryable, now: clock.now() };
    return settle({
      ...settleFailure(policy, random, failed),
      error,
      ...(progress.email && { messageId: progress.email.messageId }),
      ...(reply !== undefined && { reply }),
    });
  };

  const refuse = (error: unknown): Settlement | undefined => {
    const reason: unknown = controller.signal.reason;
    // A mailer may also break off by itself.
    const isOurs = controller.signal.aborted && error instanceof MailError && error.code === 'aborted';
    if (error === ABANDONED || isOurs) {
      if (reason === 'lost') return undefined;
      if (reason === 'stopped') {
        // One that is still being sent may yet arrive: its lease says when somebody else may try.
        if (error === ABANDONED) return undefined;
        return settle({ state: 'queued', keepsContent: true, ...before });
      }
      return error === ABANDONED
        ? fail({ code: 'delivery_unknown', message: 'The transport did not end when it was told to.' }, true)
        : fail({ code: 'timeout', message: 'The attempt took longer than attemptTimeoutMs.' }, true);
    }
    if (error instanceof UnsealableError)
      return fail({ code: 'unsealable', message: error.message, hint: error.hint }, false);
    const hide = (text: string) => redact(text, secretsOf(progress));
    const { retryable, response, code } = error instanceof MailError ? error : ({} as Partial<MailError>);
    // A mailer that was closed too early, or broke off by itself, says nothing about the email.
    const isRetryable = retryable === true || code === 'closed' || code === 'aborted';
    return fail(
      describeFailure(error, hide),
      isRetryable,
      response === undefined ? response : hide(response),
    );
  };

  async function run(): Promise<Settlement | undefined> {
    if (claimed.isSuperseded) {
      return settle({ ...before, state: 'cancelled', error: SUPERSEDED, keepsContent: false });
    }
    if (expiresAt && expiresAt.getTime() <= clock.now()) {
      return fail(EXPIRED, false);
    }
    // A message that kills its worker must not do so for ever.
    const interrupted: DeliveryError = {
      code: 'interrupted',
      message: `${interruptions} attempts ended with the death of their worker.`,
    };
    if (interruptions >= MOST_INTERRUPTIONS) return fail(interrupted, false);
    // There were as many as may be: the last died with its worker, or there may be fewer by now.
    if (attempts > policy.maxAttempts) return { ...fail(before.error ?? interrupted, false), ...before };
    try {
      const receipt = await send(progress);
      const hide = (text: string) => redact(text, secretsOf(progress));
      return settle({
        state: 'sent',
        keepsContent: false,
        messageId: receipt.messageId,
        transport: receipt.transport,
        reply: hide(receipt.response),
      });
    } catch (error) {
      return refuse(error);
    }
  }

  async function send(known: Progress): Promise<Receipt> {
    const email = await telemetry.step('render', async () => {
      known.content = parseContent(options.keyring.open(id, claimed.sealed));
      const rendering = render(known.content);
      known.email = await unlessAborted(rendering, controller.signal, 0, RENDERING_ABORTED);
      return known.email;
    });
    return telemetry.step('send', () =>
      unlessAborted(
        mailer.deliver(email, { signal: controller.signal }),
        controller.signal,
        ABORT_GRACE_MS,
        ABANDONED,
      ),
    );
  }

  async function render(content: Content): Promise<Email> {
    if (content.kind === 'email') return content.email;
    const email = await mailer.render(content.request);
    // Whichever attempt arrives, it is the same email.
    return freezeEmail({ ...email, date: claimed.createdAt });
  }

  const timer = setTimeout(() => controller.abort('timeout' satisfies AbortReason), policy.attemptTimeoutMs);
  try {
    return await telemetry.attempt(claimed, run);
  } finally {
    clearTimeout(timer);
  }
}

/** In place of the error of a transport that doesn't honour its signal. */
const ABANDONED = Symbol('abandoned');
/** Rendering has no signal, and nothing is sent yet: nobody waits for its end. */
const RENDERING_ABORTED = new MailError('aborted', 'The rendering was broken off.', { stage: 'template' });

/** @param graceMs how long it may go on after an abort, before it is left to itself and `error` thrown */
async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  graceMs: number,
  error: unknown,
): Promise<T> {
  const abandoned = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => abandoned.reject(error), graceMs);
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

/** What may be stored of a failure. The message of an error that is not ours may hold anything, so it stays out. */
function describeFailure(error: unknown, hide: (text: string) => string): DeliveryError {
  if (!(error instanceof MailError)) {
    return {
      code: 'internal',
      message: `The attempt failed with ${error instanceof Error ? error.name : 'something'} that is no MailError.`,
    };
  }
  const { code, message, stage, hint, responseCode } = error;
  return {
    code,
    message: hide(message),
    stage,
    ...(hint !== undefined && { hint: hide(hint) }),
    ...(responseCode !== undefined && { responseCode }),
  };
}

/** What a server may have repeated in its reply, and must not be stored: servers like to quote the address. */
function secretsOf({ content, email }: Progress): string[] {
  const to = email?.to ?? (content?.kind === 'request' ? content.request.to : undefined);
  const addresses = to === undefined ? [] : [to, to.toLowerCase()];
  return [...(email?.secrets ?? []), ...addresses];
}
