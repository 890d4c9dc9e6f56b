export interface LaneWakerOptions {
  /** Tells the workers of these lanes that something is due. */
  readonly notify: (lanes: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Wakes the workers of a lane, in all processes. */
export interface LaneWaker {
  /** Call it once what is due is committed. A burst makes one notification at its start and one at its end. */
  wake(lanes: Iterable<string>): void;
  close(): Promise<void>;
}

const QUIET_MS = 50;

/**
 * Notifications are damped, and sent outside the transactions that they are about: PostgreSQL runs the commits of
 * transactions that notify one after the other.
 */
export function createLaneWaker({ notify, onError }: LaneWakerOptions): LaneWaker {
  const due = new Set<string>();
  let quiet: NodeJS.Timeout | undefined;
  let notifying = Promise.resolve();

  function send(): void {
    const lanes = [...due];
    due.clear();
    // A notification that is lost costs the time until the next poll.
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
