import { randomBytes } from 'node:crypto';
import { canonicalAddress, type Mailer } from '@postern/core';
import {
  createVerification,
  memoryStore,
  NO_CLIENT,
  type Verification,
  VerificationError,
} from '@postern/verification';
import type { Inbox } from './inbox.js';
import type { SignInPolicy, SignInState } from './wire/sign-in.js';

type SignInType = 'SignIn' | 'Register' | 'ForgotPassword';

/** Codes and links as an application would use them, with what a page needs to show of their limits. */
export interface SignInDesk {
  start(request: {
    to: string;
    type: SignInType;
    method: 'code' | 'link';
    locale?: string | undefined;
    ip?: string | undefined;
  }): Promise<{ id: string }>;
  check(request: { to: string; type: SignInType; code: string }): Promise<{ to: string; type: string }>;
  peekLink: Verification['peekLink'];
  consumeLink(token: string): Promise<{ to: string; type: string }>;
  stateOf(to: string, type: string): SignInState;
  /** Forgets every code, link and limit. */
  reset(): void;
}

/** Short windows, so that you can watch them end. */
const POLICY: SignInPolicy = {
  codeLength: 6,
  codeTtlMs: 300_000,
  linkTtlMs: 300_000,
  cooldownMs: 15_000,
  guesses: { limit: 5, windowMs: 120_000 },
  perAddress: { limit: 10, windowMs: 300_000 },
};

/** All requests come from one machine; the limit per network is no use here. */
const PER_IP = { limit: 1_000_000, windowMs: 60_000 };

/** What was seen of one address and type: times in milliseconds. */
interface Seen {
  pending?: { method: 'code' | 'link'; expiresAt: number };
  resendAt?: number;
  attemptsLeft?: number;
  /** When the window of guesses ends. */
  guessesEndAt?: number;
  lockedUntil?: number;
}

export interface SignInDeskOptions {
  readonly mailer: Pick<Mailer, 'send'>;
  readonly inbox: Inbox;
  /** Where links lead; `{token}` is replaced. */
  readonly linkUrl: string;
}

export function createSignInDesk({ mailer, inbox, linkUrl }: SignInDeskOptions): SignInDesk {
  const open = () =>
    createVerification({
      mailer: {
        async send(request, options) {
          const receipt = await mailer.send(request, options);
          inbox.label(receipt.messageId, { via: 'sign-in' });
          return receipt;
        },
      },
      store: memoryStore(),
      keys: [{ id: 'playground', secret: randomBytes(32).toString('base64url') }],
      linkUrl,
      policy: { ...POLICY, perIp: PER_IP },
    });
  let verification = open();
  let seen = new Map<string, Seen>();

  const keyOf = (to: string, type: string) => `${type} ${canonicalOf(to)}`;
  const note = (to: string, type: string, change: Seen) => {
    const key = keyOf(to, type);
    const merged = { ...seen.get(key), ...change };
    seen.set(key, Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)));
  };
  /** Of what a person may do wrong, what it says about the limits. */
  function learn(to: string, type: string, error: unknown): void {
    if (!(error instanceof VerificationError)) return;
    const { code, retryAfter = 0, attemptsLeft } = error;
    const at = Date.now() + retryAfter * 1000;
    if (code === 'cooldown' || code === 'rate_limited') note(to, type, { resendAt: at });
    if (code === 'attempts_exhausted') note(to, type, { lockedUntil: at, attemptsLeft: 0, guessesEndAt: at });
    if (code === 'code_incorrect' && attemptsLeft !== undefined) {
      const { guessesEndAt } = current(to, type);
      note(to, type, {
        attemptsLeft,
        guessesEndAt: guessesEndAt ?? Date.now() + POLICY.guesses.windowMs,
      });
    }
    if (code === 'code_expired' || code === 'not_found') forgetPending(to, type);
  }

  function forgetPending(to: string, type: string): void {
    const { pending: _, ...rest } = seen.get(keyOf(to, type)) ?? {};
    seen.set(keyOf(to, type), rest);
  }

  /** Without what is over. */
  function current(to: string, type: string): Seen {
    const now = Date.now();
    const {
      pending,
      resendAt = 0,
      attemptsLeft,
      guessesEndAt = 0,
      lockedUntil = 0,
    } = seen.get(keyOf(to, type)) ?? {};
    return {
      ...(pending && pending.expiresAt > now && { pending }),
      ...(resendAt > now && { resendAt }),
      ...(guessesEndAt > now && { guessesEndAt, ...(attemptsLeft !== undefined && { attemptsLeft }) }),
      ...(lockedUntil > now && { lockedUntil }),
    };
  }

  return {
    async start({ to, type, method, locale, ip }) {
      try {
        const started = await verification.start({
          ...{ to, type, method },
          ...(locale !== undefined && { locale }),
          ...(ip !== undefined && { ip }),
        });
        note(to, type, {
          pending: { method, expiresAt: started.expiresAt.getTime() },
          resendAt: Date.now() + started.resendAfter * 1000,
        });
        return { id: started.id };
      } catch (error) {
        learn(to, type, error);
        throw error;
      }
    },
    async check({ to, type, code }) {
      try {
        const verified = await verification.check({ to, type, code, ip: NO_CLIENT });
        forgetPending(to, type);
        return { to: verified.to, type: verified.type };
      } catch (error) {
        learn(to, type, error);
        throw error;
      }
    },
    peekLink: (token) => verification.peekLink(token),
    async consumeLink(token) {
      const { to, type } = await verification.consumeLink(token);
      forgetPending(to, type);
      return { to, type };
    },
    stateOf(to, type) {
      const { pending, resendAt, attemptsLeft, lockedUntil } = current(to, type);
      const iso = (at: number) => new Date(at).toISOString();
      return {
        ...(pending && { pending: { method: pending.method, expiresAt: iso(pending.expiresAt) } }),
        ...(resendAt !== undefined && { resendAt: iso(resendAt) }),
        attemptsLeft: attemptsLeft ?? POLICY.guesses.limit,
        ...(lockedUntil !== undefined && { lockedUntil: iso(lockedUntil) }),
        policy: POLICY,
      };
    },
    reset() {
      verification = open();
      seen = new Map();
    },
  };
}

/** What is no address is only itself: the verification says what is wrong with it. */
function canonicalOf(to: string): string {
  try {
    return canonicalAddress(to);
  } catch {
    return to;
  }
}
