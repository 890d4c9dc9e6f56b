import type { PayloadValue, UsageType } from './payload.js';

/**
 * The usage types whose emails contain a code or a link. `Generic` is the fallback for them, for invitations, and for custom
 * types, so its payload may have any variable.
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
  'ConfirmEmailChange',
  'ConfirmAccountDeletion',
] as const satisfies readonly UsageType[];

/** Whether emails of this usage type contain a code: those in {@link CODE_USAGE_TYPES}. */
export const carriesCode = (type: string): type is (typeof CODE_USAGE_TYPES)[number] =>
  CODE_USAGE_TYPES.some((known) => known === type);

/** The usage types of notices about an account. Their emails never contain a code, and their link is optional. */
export const NOTICE_USAGE_TYPES = [
  'PasswordChanged',
  'EmailChanged',
  'NewSignIn',
  'MfaEnabled',
  'MfaDisabled',
  'RecoveryMethodChanged',
  'AccountDeletionScheduled',
  'AccountDeleted',
  'InvitationAccepted',
  'AccountExists',
] as const satisfies readonly UsageType[];

/** Whether emails of this usage type are notices: those in {@link NOTICE_USAGE_TYPES}. */
export const isNotice = (type: string): type is (typeof NOTICE_USAGE_TYPES)[number] =>
  NOTICE_USAGE_TYPES.some((known) => known === type);

const isThere = (value: PayloadValue) => typeof value === 'string' && value !== '';

/**
 * Describes the variables that the usage type requires and the payload lacks, or returns `undefined` if none are missing.
 * Enforces the rules of `PayloadByType` at run time.
 */
export function findMissingVariables(
  type: string,
  { code, link }: Record<string, PayloadValue>,
): string | undefined {
  if (carriesCode(type)) return isThere(code) || isThere(link) ? undefined : 'a code or a link';
  return type === 'OrganizationInvitation' && !isThere(link) ? 'a link' : undefined;
}

const COMMON_VARIABLES = [
  ...['application', 'organization', 'user', 'locale', 'uiLocales', 'ip'],
  ...['validFor', 'expiresInMinutes', 'expiresInSeconds', 'recipient', 'request'],
];

/** The variables that only some usage types have. */
const OWN_VARIABLES: Partial<Record<string, readonly string[]>> = {
  OrganizationInvitation: ['inviter', 'role'],
  ConfirmEmailChange: ['newEmail'],
  EmailChanged: ['previousEmail', 'newEmail'],
  RecoveryMethodChanged: ['method'],
  AccountDeletionScheduled: ['deletionDate'],
  InvitationAccepted: ['member'],
} satisfies Partial<Record<UsageType, readonly string[]>>;

/**
 * The variables of a usage type, or `undefined` if it accepts any variable: custom types, and `Generic`, which is their
 * fallback.
 */
export function variablesOf(type: string): readonly string[] | undefined {
  if (type === 'Generic') return undefined;
  const own = [...(OWN_VARIABLES[type] ?? []), ...COMMON_VARIABLES];
  if (carriesCode(type)) return ['code', 'link', ...own];
  return type === 'OrganizationInvitation' || isNotice(type) ? ['link', ...own] : undefined;
}
