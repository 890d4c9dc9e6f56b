import { randomBytes } from 'node:crypto';
import type { Mailer } from '@postern/core';
import { createVerification, memoryStore, type Verification } from '@postern/verification';
import type { Inbox } from './inbox.js';
import type { SignInPolicy } from './wire/sign-in.js';

/** Short windows, so that you can watch them expire. */
export const POLICY: SignInPolicy = {
  codeLength: 6,
  codeTtlMs: 300_000,
  linkTtlMs: 300_000,
  cooldownMs: 15_000,
  guesses: { limit: 5, windowMs: 120_000 },
  perAddress: { limit: 10, windowMs: 300_000 },
};

/** All requests come from one machine, so the limit per network must not apply. */
const PER_IP = { limit: 1_000_000, windowMs: 60_000 };

/** The verification of the running playground. */
export interface SignInDesk {
  readonly verification: Verification;
  /** Discards all codes, links, and limits. */
  reset(): void;
}

export interface SignInDeskOptions {
  readonly mailer: Pick<Mailer, 'send'>;
  readonly inbox: Inbox;
  /** The URL of a link. `{token}` is replaced. */
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
  return {
    get verification() {
      return verification;
    },
    reset() {
      verification = open();
    },
  };
}
