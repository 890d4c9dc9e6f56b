/** Keeps something up to date: it is read again after every change, and never twice at once. */
export interface TrailingRuns {
  /**
   * There was a change. A run begins at once, or, while one is under way, after it: what that one read may be from before
   * the change.
   */
  request(): void;
  /** What was requested and has not begun is dropped; resolves when no run is under way. */
  stop(): Promise<void>;
}

/**
 * @param run must not reject; a run that fails can request another
 * @param rest waits between two runs, so that a burst of changes costs few of them
 */
export function createTrailingRuns(
  run: () => Promise<unknown>,
  rest: () => Promise<unknown> = () => Promise.resolve(),
): TrailingRuns {
  let isRequested = false;
  let running: Promise<void> | undefined;

  async function work(): Promise<void> {
    while (isRequested) {
      isRequested = false;
      await run();
      await rest();
    }
    // In the same turn as the last look at what is requested: nothing can come in between.
    running = undefined;
  }

  return {
    request() {
      isRequested = true;
      running ??= work();
    },
    async stop() {
      isRequested = false;
      await running;
    },
  };
}
