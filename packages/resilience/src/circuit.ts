import { type Clock, type Logger, MailError, type Receipt } from '@postern/core';
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
  type IBackoff,
  isBrokenCircuitError,
} from 'cockatiel';
import { describeFailure } from './composite.js';
import { stateAfter } from './failure-policy.js';

/**
 * Knows whether a transport is down (Nygard, "Release It!": circuit breaker). Closed, it lets everything through; after
 * so many failures in a row it opens and lets nothing through; after a while one email is let through as a probe, whose
 * outcome closes or opens it again.
 */
export interface Circuit {
  /**
   * Waits for nothing but the operation.
   *
   * @throws {MailError} what the operation throws; or, with `attempts: 0`, what it threw when the circuit opened
   */
  run(operation: () => Promise<Receipt>): Promise<Receipt>;
}

interface CircuitOptions {
  /** For the log. */
  transport: string;
  failureThreshold: number;
  probeAfterMs: number;
  logger: Logger;
  clock: Clock;
}

/** A failure that counts against the transport. */
class Down extends Error {
  constructor(override readonly cause: MailError) {
    super(cause.message);
  }
}

export function createCircuit(options: CircuitOptions): Circuit {
  const { transport, failureThreshold, probeAfterMs, logger, clock } = options;
  const breaker = circuitBreaker(handleType(Down), {
    breaker: new ConsecutiveBreaker(failureThreshold),
    halfOpenAfter: { next: () => startBreak(probeAfterMs, clock) },
  });
  let reason: MailError | undefined;
  breaker.onBreak(() => {
    logger.error({ event: 'circuit.open', transport, probeAfterMs, ...(reason && describeFailure(reason)) });
  });
  breaker.onHalfOpen(() => logger.info({ event: 'circuit.half_open', transport }));
  breaker.onReset(() => logger.info({ event: 'circuit.closed', transport }));

  /** The outcome, as the breaker has to see it: `Down` counts, a promise that resolves resets, any other error does neither. */
  async function judge(operation: () => Promise<Receipt>, isProbe: boolean): Promise<Receipt | MailError> {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      const state = stateAfter(error);
      if (state === 'up') return error;
      // To the breaker, any other error is the success of a probe; this one says nothing, so the circuit stays open.
      if (state === 'unknown' && !isProbe) throw error;
      reason = state === 'down' ? error : reason;
      throw new Down(error);
    }
  }

  return {
    async run(operation) {
      // The breaker itself would have everyone wait for the outcome of the probe.
      if (breaker.state === CircuitState.HalfOpen) throw skipped(reason);
      const isProbe = breaker.state === CircuitState.Open;
      const outcome = await breaker
        .execute(() => judge(operation, isProbe))
        .catch((error: unknown) => {
          if (isBrokenCircuitError(error)) throw skipped(reason);
          throw error instanceof Down ? error.cause : error;
        });
      if (outcome instanceof MailError) throw outcome;
      return outcome;
    },
  };
}

/** Whether the email arrived that opened the circuit may be unknown; this one certainly did not. */
function skipped(reason: MailError | undefined): MailError {
  const code = reason === undefined || reason.code === 'delivery_unknown' ? 'connection_failed' : reason.code;
  return new MailError(code, `It was not tried, since it was down: ${reason?.message}`, {
    stage: reason?.stage ?? 'connect',
    ...(reason && { retryable: reason.retryable }),
    ...(reason?.hint !== undefined && { hint: reason.hint }),
    attempts: 0,
  });
}

/** The breaker compares the length of a break with the wall clock: this one is endless until the clock says otherwise. */
function startBreak(milliseconds: number, clock: Clock): IBackoff<unknown> {
  const startedAt = clock.now();
  return {
    get duration() {
      const elapsed = clock.now() - startedAt;
      // A clock that was set back must not prolong it.
      return elapsed >= 0 && elapsed < milliseconds ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    },
    next: () => startBreak(milliseconds, clock),
  };
}
