import { useMutation } from '@tanstack/react-query';
import type {
  CheckSignInRequest,
  StartedSignIn,
  StartSignInRequest,
  VerifiedSignIn,
} from '../../../src/wire/sign-in';
import { ApiError, call } from '../../api';
import { createSharedState } from '../../parts/shared-state';

/** The limits of one address, as far as the responses have told. Times are in milliseconds since the epoch. */
export interface Limits {
  readonly method?: 'code' | 'link' | undefined;
  readonly expiresAt?: number | undefined;
  readonly resendAt?: number | undefined;
  readonly attemptsLeft?: number | undefined;
  readonly lockedUntil?: number | undefined;
}

const limits = createSharedState<Readonly<Record<string, Limits>>>({});

export const useLimits = (to: string): Limits => limits.use()[to] ?? {};

export const forgetLimits = (): void => limits.set({});

const learn = (to: string, change: Limits) =>
  limits.set({ ...limits.get(), [to]: { ...limits.get()[to], ...change } });

/** Learns from a refusal, which says what is left and how long to wait. */
function learnFrom(error: unknown, to: string) {
  if (!(error instanceof ApiError)) return;
  const { code, retryAfter = 0, attemptsLeft } = error.problem;
  const at = Date.now() + retryAfter * 1000;
  if (code === 'cooldown' || code === 'rate_limited') learn(to, { resendAt: at });
  if (code === 'attempts_exhausted') learn(to, { lockedUntil: at, attemptsLeft: 0 });
  if (attemptsLeft !== undefined) learn(to, { attemptsLeft });
}

/** Requests an email with a code or a link. */
export const useStart = () =>
  useMutation({
    mutationFn: (body: StartSignInRequest) => call<StartedSignIn>('/sign-in/start', { body }),
    onSuccess: ({ to, expiresAt, resendAfter }, { method }) =>
      learn(to, {
        method,
        expiresAt: Date.parse(expiresAt),
        resendAt: Date.now() + resendAfter * 1000,
      }),
    onError: (error, { to }) => learnFrom(error, to),
  });

/** Checks a code. */
export const useCheck = () =>
  useMutation({
    mutationFn: (body: CheckSignInRequest) => call<VerifiedSignIn>('/sign-in/check', { body }),
    onSuccess: (_verified, { to }) => learn(to, { method: undefined, expiresAt: undefined }),
    onError: (error, { to }) => learnFrom(error, to),
  });
