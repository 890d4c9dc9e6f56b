const code = (usageType: string, subject: string, purpose: string) => ({
  usageType,
  contentType: 'text/plain',
  subject,
  content: `Your code to ${purpose} is {{code}}. It is valid for 10 minutes.\n\nIf you did not request it, ignore this email and do not share the code.`,
});

/** The default templates of a new connector: one for each kind of email that Logto sends. */
export const DEFAULT_TEMPLATES = [
  code('SignIn', 'Your sign-in code', 'sign in'),
  code('Register', 'Your sign-up code', 'create your account'),
  code('ForgotPassword', 'Your password reset code', 'set a new password'),
  {
    usageType: 'OrganizationInvitation',
    contentType: 'text/plain',
    subject: 'You have been invited',
    content: 'You have been invited to join an organization. Accept the invitation here:\n\n{{link}}',
  },
  code('Generic', 'Your code', 'continue'),
  code('UserPermissionValidation', 'Confirm your identity', 'confirm your identity'),
  code('BindNewIdentifier', 'Confirm your email address', 'add this address to your account'),
  code('MfaVerification', 'Your verification code', 'finish signing in'),
  code('BindMfa', 'Set up 2-step verification', 'set up 2-step verification'),
];
