export interface LaneWakerOptions {
  /** Notifies the workers of these lanes. */
  readonly notify: (lanes: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Wakes the workers of a lane, in all processes. */
export interface LaneWaker {
  /** Call it after the commit. A burst of calls sends one notification at its start and one at its end. */
  wake(lanes: Iterable<string>): void;
  close(): Promise<void>;
}

const QUIET_MS = 50;

/**
 * Limits the number of notifications and sends them in their own transactions, because PostgreSQL serializes the
 * commits of transactions that notify.
 */
export function createLaneWaker({ notify, onError }: LaneWakerOptions): LaneWaker {
  const due = new Set<string>();
  let quiet: NodeJS.Timeout | undefined;
  let notifying = Promise.resolve();

  function send(): void {
    const lanes = [...due];
    due.clear();
    // If a notification is lost, the next poll finds the email.
    notifying = notify(lanes).catch(onError);
    quiet = setTimeout(() => {
      quiet = undefined;
      if (due.size > 0) send();
    }, QUIET_MS);
  }

  return {
    wake(lanes) {
      for (const lane of lanes) due.add(lane);
      if (due.size > 0 && !quiet) send();
    },
    async close() {
      clearTimeout(quiet);
      await notifying;
      if (due.size > 0) await notify([...due]).catch(onError);
    },
  };
}
