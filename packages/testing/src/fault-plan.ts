import { type Fault, type FaultAction, type FaultStage, type ResolvedFault, resolveFault } from './fault.js';
import { createWaitList, type WaitOptions } from './wait-list.js';

/** A fault that was set, to watch it and to take it back. */
export interface FaultHandle {
  /** How often it has struck so far. */
  readonly fired: number;
  /**
   * Resolves once it has struck that often, so that a test knows the connection hangs or broke.
   * @throws Error when it does not in time.
   */
  waitUntilFired(times?: number, options?: WaitOptions): Promise<void>;
  /** It strikes no more. A connection that already hangs stays so. */
  clear(): void;
}

/** Where in its life a connection is. */
interface FaultOccasion {
  readonly connection: number;
  readonly message?: number;
}

/** The faults of one trap, the oldest first in line. */
export interface FaultPlan {
  add(fault: Fault): FaultHandle;
  /** The fault to act out now, if any; it then has fired once more. */
  claim(stage: FaultStage, occasion: FaultOccasion): FaultAction | undefined;
  clear(): void;
  close(reason: string): void;
}

interface PlannedFault extends ResolvedFault {
  fired: number;
}

export function createFaultPlan(): FaultPlan {
  const planned = new Set<PlannedFault>();
  const waits = createWaitList();

  const applies = (fault: PlannedFault, stage: FaultStage, { connection, message }: FaultOccasion) =>
    fault.at === stage &&
    fault.fired < fault.times &&
    (fault.connection === undefined || fault.connection === connection) &&
    (fault.message === undefined || fault.message === message);

  return {
    add(options) {
      const fault: PlannedFault = { ...resolveFault(options), fired: 0 };
      planned.add(fault);
      return {
        get fired() {
          return fault.fired;
        },
        waitUntilFired: async (times = 1, wait) => {
          await waits.wait(
            () => (fault.fired >= times ? true : undefined),
            (timeout) =>
              `The ${options.kind} fault at ${options.at} fired ${fault.fired} of ${times} times within ${timeout} ms.`,
            wait,
          );
        },
        clear: () => planned.delete(fault),
      };
    },
    claim(stage, occasion) {
      for (const fault of planned) {
        if (!applies(fault, stage, occasion)) continue;
        fault.fired += 1;
        waits.notify();
        return fault.action;
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
