import type { Mailer, Receipt, SendRequest } from '@postern/core';
import { NO_CLIENT } from './client.js';
import { START, unique } from './contract-harness.js';
import type { PolicyInput } from './policy.js';
import { createVerification, type Verification } from './verification.js';
import { VerificationError } from './verification-error.js';
import type { VerificationStore } from './verification-store.js';

export const SECRET = 'a secret of the contract suite, at random';
export const KEYS = [{ id: 'contract', secret: SECRET }] as const;
export const RECEIPT: Receipt = {
  messageId: '',
  accepted: '',
  transport: '',
  response: '',
  attempts: 1,
  durationMs: 0,
};

/** Counts the outcomes of calls: `fulfilled`, or the code of the error. */
export async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === 'rejected' && !(result.reason instanceof VerificationError)) throw result.reason;
    const outcome = result.status === 'fulfilled' ? 'fulfilled' : result.reason.code;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** A simulated process with its own clock, sent emails, and verification. */
export function processOn(
  store: VerificationStore,
  { ahead = 0, policy }: { ahead?: number; policy?: PolicyInput } = {},
) {
  const time = { now: START + ahead };
  const sent: SendRequest[] = [];
  const mailer: Pick<Mailer, 'send'> = {
    async send(request) {
      sent.push(request);
      return RECEIPT;
    },
  };
  const verification = createVerification({
    mailer,
    store,
    keys: KEYS,
    policy,
    clock: { now: () => time.now },
  });
  return { time, sent, verification, mailer, code: () => String(sent.at(-1)?.payload.code) };
}

export const person = () => ({ to: `${unique('ada')}@example.com`, type: 'SignIn', ip: NO_CLIENT }) as const;
export const start = (verification: Verification, who: ReturnType<typeof person>) =>
  verification.start({ ...who, method: 'code' });
export const wrong = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, '0');
