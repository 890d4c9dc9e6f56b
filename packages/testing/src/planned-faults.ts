import { createWaitList, type WaitOptions } from './wait-list.js';

/** A fault that was added. Use it to watch or remove the fault. */
export interface FaultHandle {
  /** How often it has occurred. */
  readonly fired: number;
  /**
   * Resolves when it has occurred this many times. The connection then hangs or is broken.
   * @throws Error if this does not happen in time.
   */
  waitUntilFired(times?: number, options?: WaitOptions): Promise<void>;
  /** Removes the fault. Connections that already hang continue to hang. */
  clear(): void;
}

/** The faults of one trap. Older faults take precedence. */
export interface PlannedFaults<F> {
  /**
   * @param times - the maximum number of occurrences
   * @param name - the name in the message of a wait that fails
   */
  add(fault: F, times: number | undefined, name: string): FaultHandle;
  /** Returns the fault to inject now, if any, and counts it. */
  claim(applies: (fault: F) => boolean): F | undefined;
  clear(): void;
  close(reason: string): void;
}

interface PlannedFault<F> {
  readonly fault: F;
  readonly times: number;
  fired: number;
}

export function createPlannedFaults<F>(): PlannedFaults<F> {
  const planned = new Set<PlannedFault<F>>();
  const waits = createWaitList();

  return {
    add(fault, times = Number.POSITIVE_INFINITY, name) {
      const plan: PlannedFault<F> = { fault, times, fired: 0 };
      planned.add(plan);
      return {
        get fired() {
          return plan.fired;
        },
        waitUntilFired: async (count = 1, wait) => {
          await waits.wait(
            () => (plan.fired >= count ? true : undefined),
            (timeout) => `The ${name} fired ${plan.fired} of ${count} times within ${timeout} ms.`,
            wait,
          );
        },
        clear: () => planned.delete(plan),
      };
    },
    claim(applies) {
      for (const plan of planned) {
        if (plan.fired >= plan.times || !applies(plan.fault)) continue;
        plan.fired += 1;
        waits.notify();
        return plan.fault;
      }
      return undefined;
    },
    clear: () => planned.clear(),
    close(reason) {
      planned.clear();
      waits.close(reason);
    },
  };
}
