import { type Clock, ConfigError } from '@postern/core';
import { ProblemError } from '@postern/http';

/** Signatures that are checked in one request: enough for a rotation, and few enough for a request from an attacker. */
export const MOST_SIGNATURES = 10;

/** Refuses a request. The response and the log contain the reason. */
export const unauthorized = (reason: string): ProblemError =>
  new ProblemError('unauthorized', { detail: reason });

export const signatureMismatch = (): ProblemError =>
  unauthorized('The signature does not match the body and the secret.');

/**
 * Reads the time of a signature in seconds.
 *
 * @throws {ProblemError} if the time is not within the tolerance
 */
export function requireRecent(seconds: string, toleranceMs: number, clock: Clock): number {
  if (!/^\d{1,12}$/.test(seconds)) throw unauthorized('The time of the signature is not valid.');
  if (Math.abs(clock.now() - Number(seconds) * 1000) > toleranceMs)
    throw unauthorized('The time of the signature is too far from the time of this server.');
  return Number(seconds);
}

export const secretError = (message: string, caller: string): ConfigError =>
  new ConfigError([{ severity: 'error', path: ['secret'], code: 'not_allowed', message }], caller);
