import type { BetterAuthOptions, GenericEndpointContext } from 'better-auth';
import { verifyJWT } from 'better-auth/crypto';
import * as z from 'zod';
import type { NoticeType } from './auth-usage-type.js';
import type { EmailSender } from './email-sender.js';

/** Requests after which the signed-in user gets a notice. The paths for passkeys come from `@better-auth/passkey`. */
const OWN_CHANGES: Readonly<Record<string, NoticeType>> = {
  '/change-password': 'PasswordChanged',
  '/unlink-account': 'RecoveryMethodChanged',
  '/two-factor/generate-backup-codes': 'RecoveryMethodChanged',
  '/passkey/verify-registration': 'RecoveryMethodChanged',
  '/passkey/delete-passkey': 'RecoveryMethodChanged',
};

/** Requests that delete an account. `/delete-user/callback` is the link in an email. */
const DELETIONS: ReadonlySet<string> = new Set([
  '/delete-user',
  '/delete-user/callback',
  '/admin/remove-user',
]);

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

interface AuthNotices {
  readonly databaseHooks: NonNullable<BetterAuthOptions['databaseHooks']>;
  /** Runs after a successful request. */
  afterSuccess(context: GenericEndpointContext): Promise<void>;
}

/** Sends the notices for which Better Auth has no callback. */
export function createAuthNotices(send: EmailSender['send']): AuthNotices {
  return {
    databaseHooks: {
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
            if (context && DELETIONS.has(context.path)) await send('AccountDeleted', user);
          },
        },
      },
    },
    async afterSuccess({ path, body, context: { session, internalAdapter } }) {
      const type = OWN_CHANGES[path];
      if (type && session) await send(type, session.user);
      if (path !== '/admin/set-user-password') return;
      const user = await internalAdapter.findUserById(String(body.userId));
      if (user) await send('PasswordChanged', user);
    },
  };
}
