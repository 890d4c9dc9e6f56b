import {
  type AcceptedLocales,
  functionSchema,
  type Mailer,
  mailerSchema,
  type UsageType,
} from '@postern/core';
import { type LinkProtector, linkProtectorSchema } from '@postern/http';
import type { OrganizationOptions } from 'better-auth/plugins';
import * as z from 'zod';
import { type AuthUsageType, NOTICE_TYPES, type NoticeType, REQUEST_TYPES } from './auth-usage-type.js';

/** An invitation, as Better Auth passes it to `sendInvitationEmail`. */
export type AuthInvitation = Parameters<NonNullable<OrganizationOptions['sendInvitationEmail']>>[0];

/** A person who gets an email. */
export interface AuthRecipient {
  email: string;
  /** With the other fields of the user. Missing for the emails of `emailOTP`, `magicLink`, and `organization`. */
  name?: string | undefined;
  [field: string]: unknown;
}

/** Options of {@link createAuthEmails}. */
export interface AuthEmailsOptions {
  /** Sends the emails. To put them in a queue, pass `queue.transport()` as the transport of the mailer. */
  mailer: Pick<Mailer, 'send'>;
  /**
   * Returns the reader's language, for example from a field of the user.
   * @default the `Accept-Language` header of the request
   */
  locale?:
    | ((
        recipient: AuthRecipient,
        headers: Headers | undefined,
      ) => AcceptedLocales | undefined | Promise<AcceptedLocales | undefined>)
    | undefined;
  /**
   * Replaces usage types, to use your own templates, or turns off emails with `false`: `{ MfaVerification: 'TwoFactor' }`.
   * Without `ConfirmEmailChange` or `ConfirmAccountDeletion`, Better Auth skips the confirmation.
   * @default each email has the usage type of its name
   */
  types?: Partial<Record<AuthUsageType, UsageType | false>> | undefined;
  /**
   * Returns the page on which a person accepts an invitation.
   * @default `/accept-invitation/ID` on the origin of Better Auth
   */
  invitationUrl?: ((invitation: AuthInvitation) => string) | undefined;
  /**
   * Returns the page that a notice links to: for example your security settings, or your sign-in page for `AccountExists`.
   * @default notices have no link
   */
  noticeUrl?: ((type: NoticeType) => string | undefined) | undefined;
  /** Protects links from mail scanners, for example `createLinkGuard(…)` from `@postern/http`. */
  linkGuard?: LinkProtector | undefined;
  /**
   * Sends emails after the response. It receives a promise that never rejects. Keep the process alive until the promise
   * resolves. Responses then do not show whether an email was sent, and neither does their timing.
   * @default `advanced.backgroundTasks.handler` of Better Auth, or else the response waits for the mail server
   */
  waitUntil?: ((sending: Promise<void>) => unknown) | undefined;
}

export const authEmailsOptionsSchema = z.strictObject({
  mailer: mailerSchema<AuthEmailsOptions['mailer']>('send'),
  locale: functionSchema<NonNullable<AuthEmailsOptions['locale']>>().optional(),
  types: z
    .partialRecord(
      z.enum([...REQUEST_TYPES, ...NOTICE_TYPES]),
      z.union([z.string().min(1), z.literal(false)]).optional(),
    )
    .default({}),
  invitationUrl: functionSchema<NonNullable<AuthEmailsOptions['invitationUrl']>>().optional(),
  noticeUrl: functionSchema<NonNullable<AuthEmailsOptions['noticeUrl']>>().optional(),
  linkGuard: linkProtectorSchema.optional(),
  waitUntil: functionSchema<NonNullable<AuthEmailsOptions['waitUntil']>>().optional(),
});

export type ParsedOptions = z.output<typeof authEmailsOptionsSchema>;
