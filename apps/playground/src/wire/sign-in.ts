import { z } from 'zod';

/** `POST /api/sign-in/start`: sends a code or a link. Problems: `cooldown`, `rate_limited`, `attempts_exhausted`, those of an email. */
export const startSignInRequestSchema = z.object({
  to: z.string(),
  method: z.enum(['code', 'link']),
  /** @default SignIn */
  type: z.enum(['SignIn', 'Register', 'ForgotPassword']).default('SignIn'),
  locale: z.string().nullish(),
});
export type StartSignInRequest = z.input<typeof startSignInRequestSchema>;

export interface StartedSignIn {
  readonly id: string;
  /** The address that the email goes to, in the form that the inbox shows. */
  readonly to: string;
  readonly state: SignInState;
}

/** `POST /api/sign-in/check`. Problems: `code_incorrect`, `code_superseded`, `code_expired`, `attempts_exhausted`, each with `state`. */
export const checkSignInRequestSchema = z.object({
  to: z.string(),
  type: z.enum(['SignIn', 'Register', 'ForgotPassword']).default('SignIn'),
  code: z.string(),
});
export type CheckSignInRequest = z.input<typeof checkSignInRequestSchema>;

export interface VerifiedSignIn {
  readonly status: 'verified';
  readonly to: string;
  readonly type: string;
  readonly state: SignInState;
}

/** `POST /api/sign-in/link/peek` and `/api/sign-in/link/confirm`. Problems: `link_not_found`, `link_expired`. */
export const signInLinkRequestSchema = z.object({ token: z.string().max(2000) });
export type SignInLinkRequest = z.input<typeof signInLinkRequestSchema>;

/** What a link is good for; reading it uses nothing up. */
export interface SignInLink {
  /** Masked. */
  readonly to: string;
  readonly type: string;
  readonly expiresAt: string;
}

/** `GET /api/sign-in?to=&type=` */
export const signInStateQuerySchema = z.object({ to: z.string(), type: z.string().default('SignIn') });

/** What is known of one address and type. Times are ISO 8601. */
export interface SignInState {
  /** A code or link is out; what it was, and until when it is good. */
  readonly pending?: { readonly method: 'code' | 'link'; readonly expiresAt: string };
  /** Not before then another email can be asked for. */
  readonly resendAt?: string;
  /** Wrong guesses that are left in this window. */
  readonly attemptsLeft: number;
  /** No guess counts before then. */
  readonly lockedUntil?: string;
  readonly policy: SignInPolicy;
}

/** The rules here. The windows are shorter than the defaults, so that you can watch them end. */
export interface SignInPolicy {
  readonly codeLength: number;
  readonly codeTtlMs: number;
  readonly linkTtlMs: number;
  readonly cooldownMs: number;
  readonly guesses: { readonly limit: number; readonly windowMs: number };
  readonly perAddress: { readonly limit: number; readonly windowMs: number };
}
