import { type Fault, type FaultAction, type FaultStage, type ResolvedFault, resolveFault } from './fault.js';
import { createPlannedFaults, type FaultHandle } from './planned-faults.js';

/** The connection and message at which a fault can occur. */
interface FaultOccasion {
  readonly connection: number;
  readonly message?: number;
}

/** The faults of an SMTP trap. Older faults take precedence. */
export interface FaultPlan {
  add(fault: Fault): FaultHandle;
  /** Returns the fault to inject now, if any, and counts it. */
  claim(stage: FaultStage, occasion: FaultOccasion): FaultAction | undefined;
  clear(): void;
  close(reason: string): void;
}

export function createFaultPlan(): FaultPlan {
  const planned = createPlannedFaults<ResolvedFault>();
  return {
    add(fault) {
      const resolved = resolveFault(fault);
      return planned.add(resolved, resolved.times, `${fault.kind} fault at ${fault.at}`);
    },
    claim: (stage, { connection, message }) =>
      planned.claim(
        (fault) =>
          fault.at === stage &&
          (fault.connection === undefined || fault.connection === connection) &&
          (fault.message === undefined || fault.message === message),
      )?.action,
    clear: planned.clear,
    close: planned.close,
  };
}
