import { tryGetCurrentAuthEndpointContext } from '@better-auth/core/context';
import { MailError } from '@postern/core';
import type { BetterAuthOptions } from 'better-auth';
import type {
  EmailOTPOptions,
  MagicLinkOptions,
  OrganizationOptions,
  TwoFactorOptions,
} from 'better-auth/plugins';
import type { ParsedOptions } from './auth-emails-options.js';
import type { EmailSender } from './email-sender.js';

type Option<Options, Name extends keyof NonNullable<Options>> = NonNullable<NonNullable<Options>[Name]>;
type UserOptions = NonNullable<BetterAuthOptions['user']>;

/** The callbacks of Better Auth that send emails, with the names and the types of its options. */
export interface AuthCallbacks {
  /** For `emailVerification`. Sends `Register`, or `BindNewIdentifier` to a new address of an account. */
  sendVerificationEmail: Option<BetterAuthOptions['emailVerification'], 'sendVerificationEmail'>;
  /** For `emailAndPassword`. Sends `ForgotPassword`. */
  sendResetPassword: Option<BetterAuthOptions['emailAndPassword'], 'sendResetPassword'>;
  /** For `emailAndPassword`. Sends the notice `PasswordChanged`. */
  onPasswordReset: Option<BetterAuthOptions['emailAndPassword'], 'onPasswordReset'>;
  /** For `emailAndPassword`. Sends the notice `AccountExists`. */
  onExistingUserSignUp: Option<BetterAuthOptions['emailAndPassword'], 'onExistingUserSignUp'>;
  /** For `user.changeEmail`. Sends `ConfirmEmailChange` to the current address. */
  sendChangeEmailConfirmation: Option<UserOptions['changeEmail'], 'sendChangeEmailConfirmation'>;
  /** For `user.deleteUser`. Sends `ConfirmAccountDeletion`. */
  sendDeleteAccountVerification: Option<UserOptions['deleteUser'], 'sendDeleteAccountVerification'>;
  /** For `emailOTP`. Sends `SignIn`, `Register`, `ForgotPassword`, `BindNewIdentifier`, or `ConfirmEmailChange`. */
  sendVerificationOTP: EmailOTPOptions['sendVerificationOTP'];
  /** For `magicLink`. Sends `SignIn`. */
  sendMagicLink: MagicLinkOptions['sendMagicLink'];
  /** For `otpOptions` of `twoFactor`. Sends `MfaVerification`, or `BindMfa` if the account does not use it yet. */
  sendOTP: Option<TwoFactorOptions['otpOptions'], 'sendOTP'>;
  /** For `organization`. Sends `OrganizationInvitation`. */
  sendInvitationEmail: Option<OrganizationOptions, 'sendInvitationEmail'>;
  /** For `organizationHooks` of `organization`. Sends the notice `InvitationAccepted` to the inviter. */
  afterAcceptInvitation: Option<OrganizationOptions['organizationHooks'], 'afterAcceptInvitation'>;
}

const OTP_TYPES = {
  'sign-in': 'SignIn',
  'email-verification': 'Register',
  'forget-password': 'ForgotPassword',
  'change-email': 'BindNewIdentifier',
} as const;

/** Paths on which Better Auth verifies a new address of an existing account. */
const ADDRESS_CHANGES: ReadonlySet<string> = new Set(['/change-email', '/verify-email']);

function invitationPage(id: string, baseURL = ''): string {
  if (baseURL !== '') return new URL(`/accept-invitation/${id}`, baseURL).href;
  throw new MailError(
    'config_invalid',
    'The link in an invitation cannot be created, because the Better Auth options have no `baseURL`.',
    { stage: 'config', hint: 'Set `baseURL`, or pass the `invitationUrl` option to createAuthEmails.' },
  );
}

/**
 * Maps the callbacks to emails. Validity comes from the options of Better Auth, in seconds, with the same defaults.
 * Source: https://better-auth.com/docs/reference/options and the pages of the plugins.
 */
export function createAuthCallbacks({ send }: EmailSender, { invitationUrl }: ParsedOptions): AuthCallbacks {
  const current = () => tryGetCurrentAuthEndpointContext();
  const context = () => current()?.context;
  const verificationSeconds = () => context()?.options.emailVerification?.expiresIn ?? 3600;

  return {
    sendVerificationEmail({ user, url }) {
      const type = ADDRESS_CHANGES.has(current()?.path ?? '') ? 'BindNewIdentifier' : 'Register';
      return send(type, user, { link: url }, verificationSeconds());
    },
    sendResetPassword({ user, url }) {
      const seconds = context()?.options.emailAndPassword?.resetPasswordTokenExpiresIn || 3600;
      return send('ForgotPassword', user, { link: url }, seconds);
    },
    onPasswordReset: ({ user }) => send('PasswordChanged', user),
    onExistingUserSignUp: ({ user }) => send('AccountExists', user),
    sendChangeEmailConfirmation: ({ user, newEmail, url }) =>
      send('ConfirmEmailChange', user, { link: url, newEmail }, verificationSeconds()),
    sendDeleteAccountVerification({ user, url }) {
      const seconds = context()?.options.user?.deleteUser?.deleteTokenExpiresIn || 86_400;
      return send('ConfirmAccountDeletion', user, { link: url }, seconds);
    },
    sendVerificationOTP({ email, otp, type }) {
      const user = context()?.session?.user;
      // A person whose address is verified requests a code for it to change the address.
      const isChange = type === 'email-verification' && user?.email === email && user.emailVerified;
      const seconds = context()?.getPlugin('email-otp')?.options.expiresIn ?? 300;
      return send(isChange ? 'ConfirmEmailChange' : OTP_TYPES[type], { email }, { code: otp }, seconds);
    },
    sendMagicLink({ email, url }) {
      const seconds = context()?.getPlugin('magic-link')?.options.expiresIn || 300;
      return send('SignIn', { email }, { link: url }, seconds);
    },
    sendOTP({ user, otp }) {
      const minutes = context()?.getPlugin('two-factor')?.options?.otpOptions?.period || 3;
      return send(user.twoFactorEnabled ? 'MfaVerification' : 'BindMfa', user, { code: otp }, minutes * 60);
    },
    sendInvitationEmail(data) {
      const { id, email, role, organization, inviter, invitation } = data;
      const payload = () => ({
        ...{ role, organization: { name: organization.name }, inviter: { name: inviter.user.name } },
        link: invitationUrl?.(data) ?? invitationPage(id, context()?.baseURL),
      });
      const seconds = (invitation.expiresAt.getTime() - Date.now()) / 1000;
      return send('OrganizationInvitation', { email }, payload, seconds);
    },
    async afterAcceptInvitation({ invitation, user, organization }) {
      const inviter = await context()?.internalAdapter.findUserById(invitation.inviterId);
      const payload = {
        organization: { name: organization.name },
        member: { name: user.name || user.email },
      };
      if (inviter) await send('InvitationAccepted', inviter, payload);
    },
  };
}
