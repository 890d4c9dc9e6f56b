import { z } from 'zod';

const types = z.enum(['SignIn', 'Register', 'ForgotPassword']).default('SignIn');

/** `POST /api/sign-in/start`: sends a code or a link. Problems: `cooldown`, `rate_limited`, `attempts_exhausted`, or those of an email. */
export const startSignInRequestSchema = z.object({
  to: z.string(),
  method: z.enum(['code', 'link']),
  type: types,
  locale: z.string().nullish(),
});
export type StartSignInRequest = z.input<typeof startSignInRequestSchema>;

export interface StartedSignIn {
  readonly id: string;
  /** The recipient in the spelling that the inbox shows. */
  readonly to: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** In seconds. */
  readonly resendAfter: number;
}

/** `POST /api/sign-in/check`. Problems: `code_incorrect`, `code_superseded`, `code_expired`, `attempts_exhausted`. */
export const checkSignInRequestSchema = z.object({ to: z.string(), type: types, code: z.string() });
export type CheckSignInRequest = z.input<typeof checkSignInRequestSchema>;

export interface VerifiedSignIn {
  readonly status: 'verified';
  readonly to: string;
  readonly type: string;
}

/** `POST /api/sign-in/scan`: opens a link like a mail scanner that presses buttons. */
export const scanRequestSchema = z.object({ link: z.string().max(2000) });
export type ScanRequest = z.input<typeof scanRequestSchema>;

export interface ScannedLink {
  readonly visits: readonly { readonly method: string; readonly status: number }[];
}

/** `GET /api/sign-in/policy`: the limits. They are shorter than the defaults. */
export interface SignInPolicy {
  readonly codeLength: number;
  readonly codeTtlMs: number;
  readonly linkTtlMs: number;
  readonly cooldownMs: number;
  readonly guesses: { readonly limit: number; readonly windowMs: number };
  readonly perAddress: { readonly limit: number; readonly windowMs: number };
}
