import { createAuthMiddleware } from '@better-auth/core/api';
import type { BetterAuthPlugin } from 'better-auth';
import { getSessionFromCtx, isAPIError } from 'better-auth/api';
import type { AuthCallbacks } from './auth-callbacks.js';
import type { ParsedOptions } from './auth-emails-options.js';
import { createAuthNotices } from './auth-notices.js';
import { EMAIL_ERROR_CODES } from './email-error.js';
import type { EmailSender } from './email-sender.js';

/** Sets the options of Better Auth that send emails, sends notices, and makes responses show failures. */
export interface AuthEmailsPlugin extends BetterAuthPlugin {
  id: 'postern';
  $ERROR_CODES: typeof EMAIL_ERROR_CODES;
}

export function createAuthPlugin(
  callbacks: AuthCallbacks,
  { send, takeFailure }: EmailSender,
  { types }: ParsedOptions,
): AuthEmailsPlugin {
  const notices = createAuthNotices(send);
  return {
    id: 'postern',
    $ERROR_CODES: EMAIL_ERROR_CODES,
    // Options of the application take precedence over these, except hooks, which all run.
    init({ options, getPlugin }) {
      const { sendVerificationEmail, sendResetPassword, onPasswordReset, onExistingUserSignUp } = callbacks;
      const { sendChangeEmailConfirmation, sendDeleteAccountVerification } = callbacks;
      // The plugin then sends codes in place of links.
      const sendsCodes = getPlugin('email-otp')?.options.overrideDefaultEmailVerification;
      return {
        options: {
          ...(!sendsCodes && { emailVerification: { sendVerificationEmail } }),
          // With this callback, the routes for a reset work even if passwords are turned off.
          ...(options.emailAndPassword?.enabled && {
            emailAndPassword: { enabled: true, sendResetPassword, onPasswordReset, onExistingUserSignUp },
          }),
          user: {
            ...(types.ConfirmEmailChange !== false && {
              changeEmail: { enabled: false, sendChangeEmailConfirmation },
            }),
            ...(types.ConfirmAccountDeletion !== false && { deleteUser: { sendDeleteAccountVerification } }),
          },
          databaseHooks: notices.databaseHooks,
        },
      };
    },
    hooks: {
      before: [
        {
          // Better Auth does not read the session on this route, but the email and its failure depend on it.
          matcher: ({ path }) => path === '/email-otp/send-verification-otp',
          handler: createAuthMiddleware(async (context) => void (await getSessionFromCtx(context))),
        },
      ],
      after: [
        {
          matcher: () => true,
          handler: createAuthMiddleware(async (context) => {
            const { returned, baseURL } = context.context;
            const failure = await takeFailure();
            if (!failure) {
              if (!isAPIError(returned)) await notices.afterSuccess(context);
              return;
            }
            const location = isAPIError(returned) && new Headers(returned.headers).get('location');
            if (!location) throw failure;
            // The person opened a link, so the page that Better Auth redirects to shows the failure.
            const page = new URL(location, baseURL);
            page.searchParams.set('error', failure.body?.code ?? 'EMAIL_NOT_SENT');
            throw context.redirect(page.href);
          }),
        },
      ],
    },
  };
}
