import { createAuthMiddleware } from '@better-auth/core/api';
import type { BetterAuthPlugin, GenericEndpointContext } from 'better-auth';
import { getSessionFromCtx, isAPIError } from 'better-auth/api';
import { verifyJWT } from 'better-auth/crypto';
import * as z from 'zod';
import type { AuthCallbacks } from './auth-callbacks.js';
import type { ParsedOptions } from './auth-emails-options.js';
import { EMAIL_ERROR_CODES } from './email-error.js';
import type { EmailSender } from './email-sender.js';

/** Sets the options of Better Auth that send emails, sends notices, and makes responses show failures. */
export interface AuthEmailsPlugin extends BetterAuthPlugin {
  id: 'postern';
  $ERROR_CODES: typeof EMAIL_ERROR_CODES;
}

/** The token of a link that changes the address of an account. */
const changeTokenSchema = z.object({ email: z.string(), updateTo: z.string() });

/** The address before the change that the request makes, or `undefined` if it does not change the address. */
async function previousEmailOf(context: GenericEndpointContext | null): Promise<string | undefined> {
  switch (context?.path) {
    case '/verify-email':
      return changeTokenSchema.safeParse(
        await verifyJWT(String(context.query?.token), context.context.secret),
      ).data?.email;
    case '/change-email':
    case '/email-otp/change-email':
      return context.context.session?.user.email;
    default:
      return undefined;
  }
}

const NEW_BACKUP_CODES = '/two-factor/generate-backup-codes';

export function createAuthPlugin(
  callbacks: AuthCallbacks,
  { send, takeFailure }: EmailSender,
  { types }: ParsedOptions,
): AuthEmailsPlugin {
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
          databaseHooks: {
            account: {
              update: {
                async after(_account, context) {
                  const user = context?.context.session?.user;
                  if (context?.path === '/change-password' && user) await send('PasswordChanged', user);
                },
              },
            },
            user: {
              update: {
                async after(user, context) {
                  if (context?.path.startsWith('/two-factor/')) {
                    await send(user.twoFactorEnabled ? 'MfaEnabled' : 'MfaDisabled', user);
                    return;
                  }
                  const previousEmail = await previousEmailOf(context);
                  if (previousEmail === undefined || previousEmail === user.email) return;
                  const payload = { previousEmail, newEmail: user.email };
                  await send('EmailChanged', { ...user, email: previousEmail }, payload);
                  await send('EmailChanged', user, payload);
                },
              },
              delete: {
                async after(user, context) {
                  if (context?.path.startsWith('/delete-user')) await send('AccountDeleted', user);
                },
              },
            },
          },
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
            const { returned, session, baseURL } = context.context;
            const failure = await takeFailure();
            if (!failure) {
              if (context.path === NEW_BACKUP_CODES && session && !isAPIError(returned))
                await send('RecoveryMethodChanged', session.user);
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
