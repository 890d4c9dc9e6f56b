import { setTimeout } from 'node:timers/promises';

/**
 * Resolves after the given number of milliseconds, or rejects when the signal is aborted. Tests pass a function that uses
 * their clock.
 */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** The timers of Node. */
export const systemSleep: Sleep = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal });
