import * as z from 'zod';

/** Plain data: what a template can show. */
export type PayloadValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly PayloadValue[]
  | { readonly [name: string]: PayloadValue };

/** Names a template may use in every email, beside what its usage type requires. */
export interface CommonPayload {
  /** The application the person signs in to. */
  application?: { name?: string | undefined; [name: string]: PayloadValue } | undefined;
  /** The organization the email is about. */
  organization?: { name?: string | undefined; [name: string]: PayloadValue } | undefined;
  /** The person the email is about. */
  user?: { [name: string]: PayloadValue } | undefined;
  /** How long the email is good, in words. @default from `expiresAt` of the request, in the template's language */
  validFor?: string | undefined;
  /** The same in whole minutes. @default from `expiresAt` of the request */
  expiresInMinutes?: number | undefined;
  /** The same in seconds. @default from `expiresAt` of the request */
  expiresInSeconds?: number | undefined;
  [name: string]: PayloadValue;
}

/** Lets its holder in: a one-time code, a link, or both. */
export type CodePayload = CommonPayload & ({ code: string; link?: string } | { link: string; code?: string });

/** Asks someone to join. */
export type InvitationPayload = CommonPayload & {
  link: string;
  inviter?: { [name: string]: PayloadValue } | undefined;
};

/**
 * Which variables each usage type has. Open to declaration merging for custom types:
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

/** The usage types known at compile time: Logto's nine, and whatever was declared beside them. */
export type UsageType = keyof PayloadByType;

const MAX_DEPTH = 8;
const MAX_TEXT_LENGTH = 100_000;

/** Why a value can't be shown by a template, or `undefined` if it can. */
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
        return `${path} is a ${value.constructor?.name ?? 'class instance'}, write it as text`;
      }
      for (const [name, child] of Object.entries(value)) {
        const problem = findUnusable(child, `${path}.${name}`, depth + 1);
        if (problem) return problem;
      }
      return undefined;
    }
    default:
      return `${path} is a ${typeof value}, write it as text`;
  }
}

/** Any plain object of text, numbers, booleans, lists and plain objects. */
export const payloadSchema = z.unknown().transform((value, { issues }): Record<string, PayloadValue> => {
  const refuse = (message: string) => issues.push({ code: 'custom', message, input: value });
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const problem = findUnusable(value, 'payload');
    if (problem === undefined) return value as Record<string, PayloadValue>; // just checked, all of it
    refuse(problem);
  } else {
    refuse('payload has to be an object with the variables of the template');
  }
  return z.NEVER;
});

/** `Generic` stands in for every type, so anything may be passed to it. */
const CODE_TYPES = [
  ...['Register', 'SignIn', 'ForgotPassword', 'Generic'],
  ...['UserPermissionValidation', 'BindNewIdentifier', 'MfaVerification', 'BindMfa'],
];

/** Whether emails of this usage type exist to carry a code: all known types but invitations. */
export const carriesCode = (type: string): boolean => CODE_TYPES.includes(type);

/**
 * What the usage type requires and the payload lacks, in words; `undefined` when nothing is missing. The same rules as those
 * of {@link PayloadByType}, at run time.
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
 * The variables that exist for a usage type, or `undefined` where anything may be passed: custom types,
 * and `Generic`, which stands in for all of them.
 */
export function variablesOf(type: string): readonly string[] | undefined {
  if (type === 'OrganizationInvitation') return ['link', 'inviter', ...COMMON_VARIABLES];
  return type !== 'Generic' && carriesCode(type) ? ['code', 'link', ...COMMON_VARIABLES] : undefined;
}
