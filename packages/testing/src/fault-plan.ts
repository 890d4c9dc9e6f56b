import { type Fault, type FaultAction, type FaultStage, type ResolvedFault, resolveFault } from './fault.js';
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

/** The connection and message at which a fault can occur. */
interface FaultOccasion {
  readonly connection: number;
  readonly message?: number;
}

/** The faults of one trap. Older faults take precedence. */
export interface FaultPlan {
  add(fault: Fault): FaultHandle;
  /** Returns the fault to inject now, if any, and counts it. */
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
