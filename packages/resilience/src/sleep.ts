import { setTimeout } from 'node:timers/promises';

/**
 * Resolves after the given number of milliseconds, or rejects when the signal is aborted. Tests pass a function that uses
 * their clock.
 */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** What Node's timers can count; more would fire at once. */
export const LONGEST_SLEEP = 2 ** 31 - 1;

/** The timers of Node. */
export const systemSleep: Sleep = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal });
