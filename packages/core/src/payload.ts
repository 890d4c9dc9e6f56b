import * as z from 'zod';

/** Plain data that a template can show. */
export type PayloadValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly PayloadValue[]
  | { readonly [name: string]: PayloadValue };

/** Variables that every email may have, in addition to those that its usage type requires. */
export interface CommonPayload {
  /** The application that the person signs in to. */
  application?: { name?: string | undefined; [name: string]: PayloadValue } | undefined;
  /** The organization that the email is about. */
  organization?: { name?: string | undefined; [name: string]: PayloadValue } | undefined;
  /** The person that the email is about. */
  user?: { [name: string]: PayloadValue } | undefined;
  /** How long the code or link is valid, in words. @default from `expiresAt` of the request, in the template's language */
  validFor?: string | undefined;
  /** The same in whole minutes. @default from `expiresAt` of the request */
  expiresInMinutes?: number | undefined;
  /** The same in seconds. @default from `expiresAt` of the request */
  expiresInSeconds?: number | undefined;
  [name: string]: PayloadValue;
}

/** A one-time code, a link, or both. Anyone who has them can sign in. */
export type CodePayload = CommonPayload & ({ code: string; link?: string } | { link: string; code?: string });

/** Invites someone to join an organization. */
export type InvitationPayload = CommonPayload & {
  link: string;
  inviter?: { [name: string]: PayloadValue } | undefined;
  /** The role of the new member, in the reader's language. */
  role?: string | undefined;
};

/** Tells people that something about their account changed. It never contains a code, and nothing depends on its link. */
export type NoticePayload = CommonPayload & {
  /** Opens a page for people who did not request the change. */
  link?: string | undefined;
  code?: undefined;
};

/**
 * The variables of each usage type. Use declaration merging to add custom types:
 *
 * @example
 * ```ts
 * declare module '@postern/core' {
 *   interface PayloadByType {
 *     Welcome: { firstName: string };
 *   }
 * }
 * await mailer.send({ to, type: 'Welcome', payload: { firstName: 'Ada' } });
 * ```
 */
export interface PayloadByType {
  Register: CodePayload;
  SignIn: CodePayload;
  ForgotPassword: CodePayload;
  Generic: CodePayload;
  OrganizationInvitation: InvitationPayload;
  UserPermissionValidation: CodePayload;
  BindNewIdentifier: CodePayload;
  MfaVerification: CodePayload;
  BindMfa: CodePayload;
  /** Goes to the current address, and asks for consent to a new one. */
  ConfirmEmailChange: CodePayload & { newEmail?: string | undefined };
  ConfirmAccountDeletion: CodePayload;
  PasswordChanged: NoticePayload;
  /** Send it to the previous and to the new address. */
  EmailChanged: NoticePayload & { previousEmail?: string | undefined; newEmail?: string | undefined };
  NewSignIn: NoticePayload;
  MfaEnabled: NoticePayload;
  MfaDisabled: NoticePayload;
  /** `method` is the recovery method, in the reader's language. */
  RecoveryMethodChanged: NoticePayload & { method?: string | undefined };
  /** `deletionDate` is a date (`2030-12-31`), or a time in ISO 8601. The link keeps the account. */
  AccountDeletionScheduled: NoticePayload & { deletionDate?: string | undefined };
  AccountDeleted: NoticePayload;
  /** Goes to the inviter. The link opens the list of members. */
  InvitationAccepted: NoticePayload & { member?: { [name: string]: PayloadValue } | undefined };
  /** Goes to people who sign up with the address of an account that exists. The link opens the sign-in page. */
  AccountExists: NoticePayload;
}

/** The usage types that are known at compile time: those of Postern, and declared custom types. */
export type UsageType = keyof PayloadByType;

const MAX_DEPTH = 8;
const MAX_TEXT_LENGTH = 100_000;

/** Returns why a template cannot show a value, or `undefined` if it can. */
function findUnusable(value: unknown, path: string, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `${path} is nested deeper than ${MAX_DEPTH} levels`;
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return undefined;
    case 'string':
      return value.length > MAX_TEXT_LENGTH
        ? `${path} is longer than ${MAX_TEXT_LENGTH} characters`
        : undefined;
    case 'object': {
      if (value === null) return undefined;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
        return `${path} is a ${value.constructor?.name ?? 'class instance'}: convert it to a string`;
      }
      for (const [name, child] of Object.entries(value)) {
        const problem = findUnusable(child, `${path}.${name}`, depth + 1);
        if (problem) return problem;
      }
      return undefined;
    }
    default:
      return `${path} is a ${typeof value}: convert it to a string`;
  }
}

/** A plain object of strings, numbers, booleans, lists, and plain objects. */
export const payloadSchema = z.unknown().transform((value, { issues }): Record<string, PayloadValue> => {
  const refuse = (message: string) => issues.push({ code: 'custom', message, input: value });
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const problem = findUnusable(value, 'payload');
    if (problem === undefined) return value as Record<string, PayloadValue>; // just checked, all of it
    refuse(problem);
  } else {
    refuse('payload must be an object with the variables of the template');
  }
  return z.NEVER;
});
