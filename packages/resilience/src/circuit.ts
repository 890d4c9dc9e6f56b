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
 * A circuit breaker for a transport (Nygard, "Release It!"). A closed circuit lets all emails through. After a number of
 * consecutive failures, it opens and lets none through. After a while, one email passes as a probe, and its outcome closes
 * the circuit or opens it again.
 */
export interface Circuit {
  /**
   * Runs the operation. It never waits for a probe.
   *
   * @throws {MailError} the error of the operation. If the circuit is open, the error that opened it, with `attempts: 0`
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

  /** Converts the outcome for the breaker: `Down` counts as a failure, a resolved promise resets the count, and other errors do neither. */
  async function judge(operation: () => Promise<Receipt>, isProbe: boolean): Promise<Receipt | MailError> {
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof MailError)) throw error;
      const state = stateAfter(error);
      if (state === 'up') return error;
      // The breaker would treat any other error of a probe as a success. This one is inconclusive, so the circuit stays open.
      if (state === 'unknown' && !isProbe) throw error;
      reason = state === 'down' ? error : reason;
      throw new Down(error);
    }
  }

  return {
    async run(operation) {
      // The breaker would make every email wait for the outcome of the probe.
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

/** The email that opened the circuit may have arrived, but this one has not, so it is never `delivery_unknown`. */
function skipped(reason: MailError | undefined): MailError {
  const code = reason === undefined || reason.code === 'delivery_unknown' ? 'connection_failed' : reason.code;
  return new MailError(code, `The transport was skipped, because its circuit is open: ${reason?.message}`, {
    stage: reason?.stage ?? 'connect',
    ...(reason && { retryable: reason.retryable }),
    ...(reason?.hint !== undefined && { hint: reason.hint }),
    attempts: 0,
  });
}

/** The breaker compares durations with the wall clock, so this duration is infinite until our clock reaches the end. */
function startBreak(milliseconds: number, clock: Clock): IBackoff<unknown> {
  const startedAt = clock.now();
  return {
    get duration() {
      const elapsed = clock.now() - startedAt;
      // A clock that was set back must not extend the duration.
      return elapsed >= 0 && elapsed < milliseconds ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    },
    next: () => startBreak(milliseconds, clock),
  };
}
