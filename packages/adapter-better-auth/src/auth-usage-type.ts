/** Emails about a request. They contain a code or a link. */
export const REQUEST_TYPES = [
  ...(['Register', 'SignIn', 'ForgotPassword', 'BindNewIdentifier', 'MfaVerification', 'BindMfa'] as const),
  ...(['ConfirmEmailChange', 'ConfirmAccountDeletion', 'OrganizationInvitation'] as const),
] as const;

/** Emails about something that happened. */
export const NOTICE_TYPES = [
  ...(['AccountExists', 'PasswordChanged', 'EmailChanged', 'MfaEnabled', 'MfaDisabled'] as const),
  ...(['RecoveryMethodChanged', 'AccountDeleted', 'InvitationAccepted'] as const),
] as const;

/** The usage types of the security notices. */
export type NoticeType = (typeof NOTICE_TYPES)[number];

/** The usage types of all emails that {@link createAuthEmails} sends. */
export type AuthUsageType = (typeof REQUEST_TYPES)[number] | NoticeType;

/** Whether someone other than the recipient made the request, so that the email must not show details of it. */
export const isFromSomeoneElse = (type: AuthUsageType): boolean =>
  type === 'OrganizationInvitation' || type === 'InvitationAccepted';
