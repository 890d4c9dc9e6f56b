const code = (usageType: string, subject: string, purpose: string) => ({
  usageType,
  contentType: 'text/plain',
  subject,
  content: `Your code to ${purpose} is {{code}}. It is valid for 10 minutes.\n\nIf you did not ask for it, ignore this email and share the code with nobody.`,
});

/** What a new connector's form begins with: a text for each kind of email that Logto sends. */
export const DEFAULT_TEMPLATES = [
  code('SignIn', 'Your sign-in code', 'sign in'),
  code('Register', 'Your sign-up code', 'create your account'),
  code('ForgotPassword', 'Your password reset code', 'set a new password'),
  {
    usageType: 'OrganizationInvitation',
    contentType: 'text/plain',
    subject: 'You are invited',
    content: 'You are invited to join an organization. Accept the invitation here:\n\n{{link}}',
  },
  code('Generic', 'Your code', 'go on'),
  code('UserPermissionValidation', 'Confirm that it is you', 'confirm that it is you'),
  code('BindNewIdentifier', 'Confirm your new address', 'add this address to your account'),
  code('MfaVerification', 'Your second step', 'finish signing in'),
  code('BindMfa', 'Set up 2-step verification', 'set up 2-step verification'),
];
