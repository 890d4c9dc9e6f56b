import { randomBytes } from 'node:crypto';
import {
  createLinkGuard,
  createMailRouter,
  type LinkGuard,
  type MailRouterOptions,
} from '@postern/adapter-express';
import { createVerification, memoryStore, type Verification } from '@postern/verification';
import type { Router } from 'express';
import { BRAND } from './built-in-config.js';
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

/** The verification of the running playground, and the pages of its links. */
export interface SignInDesk {
  readonly verification: Verification;
  /** Binds links to the browser that requested them, so that mail scanners cannot use them up. */
  readonly linkGuard: LinkGuard;
  /** The routes for `/mail`. */
  readonly pages: Router;
}

export interface SignInDeskOptions {
  readonly mailer: MailRouterOptions['mailer'];
  readonly inbox: Inbox;
  /** `http://127.0.0.1:4321` */
  readonly origin: string;
}

const newKeys = () => [{ id: 'playground', secret: randomBytes(32).toString('base64url') }];

export function createSignInDesk({ mailer, inbox, origin }: SignInDeskOptions): SignInDesk {
  const verification = createVerification({
    mailer: {
      async send(request, options) {
        const receipt = await mailer.send(request, options);
        inbox.label(receipt.messageId, { via: 'sign-in' });
        return receipt;
      },
    },
    store: memoryStore(),
    keys: newKeys(),
    linkUrl: `${origin}/mail/links/{token}`,
    policy: { ...POLICY, perIp: PER_IP },
  });
  const linkBrand = { name: BRAND };
  const linkGuard = createLinkGuard({
    ...{ keys: newKeys(), url: `${origin}/mail/open`, binding: 'browser', linkBrand },
  });
  const pages = createMailRouter({
    ...{ mailer, verification, linkGuard, linkBrand },
    // The API of the playground sends the emails.
    authorize: () => false,
    onStart: () => 'refuse',
    onVerified: ({ to }) => ({ redirectTo: `/#/sign-in/as/${encodeURIComponent(to)}` }),
  });
  return { verification, linkGuard, pages };
}
