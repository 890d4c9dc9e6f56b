import type { AuthEndpointContext } from '@better-auth/core/context';

type Rule = (context: AuthEndpointContext, to: string) => boolean;

const always: Rule = () => true;
const ownAddress: Rule = ({ context }, to) => context.session?.user.email === to;

/**
 * The paths whose responses may show that an email was not sent. On all other paths, Better Auth responds in the same way
 * whether or not the address has an account, and sends an email only to those that do. There, a failure would reveal the
 * account.
 */
const RULES: Readonly<Record<string, Rule>> = {
  // These send to every address.
  '/sign-in/magic-link': always,
  '/organization/invite-member': always,
  // These check a password, a session, or a token before they send.
  '/sign-in/email': always,
  '/sign-in/username': always,
  '/two-factor/send-otp': always,
  '/delete-user': always,
  '/verify-email': always,
  // These do so under some conditions.
  '/sign-up/email': ({ context: { options } }) =>
    !options.emailAndPassword?.requireEmailVerification && options.emailAndPassword?.autoSignIn !== false,
  '/send-verification-email': ownAddress,
  '/email-otp/send-verification-otp': (context, to) =>
    context.body?.type === 'sign-in'
      ? !context.context.getPlugin('email-otp')?.options.disableSignUp
      : ownAddress(context, to),
};

/** Whether the response may show that the email to this address was not sent. */
export const mayShowFailure = (context: AuthEndpointContext, to: string): boolean =>
  RULES[context.path ?? '']?.(context, to) ?? false;
