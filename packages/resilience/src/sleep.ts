/**
 * Resolves after the given number of milliseconds, or rejects when the signal is aborted. Tests pass a function that uses
 * their clock.
 */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** The timers of the runtime. */
export const systemSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
