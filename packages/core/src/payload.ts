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
}

/** The usage types that are known at compile time: the nine of Logto, and declared custom types. */
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

/**
 * The usage types whose emails contain a code or a link: all known types except invitations. `Generic` is the fallback for
 * every type, so its payload may have any variable.
 */
export const CODE_USAGE_TYPES = [
  'Register',
  'SignIn',
  'ForgotPassword',
  'Generic',
  'UserPermissionValidation',
  'BindNewIdentifier',
  'MfaVerification',
  'BindMfa',
] as const satisfies readonly UsageType[];

/** Whether emails of this usage type contain a code: those in {@link CODE_USAGE_TYPES}. */
export const carriesCode = (type: string): boolean => CODE_USAGE_TYPES.some((known) => known === type);

/**
 * Describes the variables that the usage type requires and the payload lacks, or returns `undefined` if none are missing.
 * Enforces the rules of {@link PayloadByType} at run time.
 */
export function findMissingVariables(
  type: string,
  { code, link }: Record<string, PayloadValue>,
): string | undefined {
  const isThere = (value: PayloadValue) => typeof value === 'string' && value !== '';
  if (carriesCode(type)) return isThere(code) || isThere(link) ? undefined : 'a code or a link';
  return type === 'OrganizationInvitation' && !isThere(link) ? 'a link' : undefined;
}

const COMMON_VARIABLES = [
  ...['application', 'organization', 'user', 'locale', 'uiLocales', 'ip'],
  ...['validFor', 'expiresInMinutes', 'expiresInSeconds'],
];

/**
 * The variables of a usage type, or `undefined` if it accepts any variable: custom types, and `Generic`, which is their
 * fallback.
 */
export function variablesOf(type: string): readonly string[] | undefined {
  if (type === 'OrganizationInvitation') return ['link', 'inviter', ...COMMON_VARIABLES];
  return type !== 'Generic' && carriesCode(type) ? ['code', 'link', ...COMMON_VARIABLES] : undefined;
}
