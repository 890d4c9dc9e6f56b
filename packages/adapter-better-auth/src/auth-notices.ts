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

/** Requests that send `PasswordChanged`, also if they add the first password of an account. */
const PASSWORD_RESETS: ReadonlySet<string> = new Set([
  '/reset-password',
  '/email-otp/reset-password',
  '/phone-number/reset-password',
  '/admin/set-user-password',
]);

/** The token of a link that changes the address of an account. */
const changeTokenSchema = z.object({ email: z.string(), updateTo: z.string() });

/** The address before the change that the request makes, or `undefined` if it does not change the address. */
async function previousEmailOf(context: GenericEndpointContext): Promise<string | undefined> {
  const { session, secret } = context.context;
  switch (context.path) {
    case '/verify-email':
      return changeTokenSchema.safeParse(await verifyJWT(String(context.query?.token), secret)).data?.email;
    case '/change-email':
    case '/email-otp/change-email':
      return session?.user.email;
    default:
      return undefined;
  }
}

/** The user whom an administrator updates, before the update. */
const targetOf = async ({ path, body, context }: GenericEndpointContext) =>
  path === '/admin/update-user' ? await context.internalAdapter.findUserById(String(body.userId)) : null;

/** What an update of a user changes. */
interface Change {
  readonly isMfa: boolean;
  readonly isPhone: boolean;
  readonly previousEmail: string | undefined;
}

const WATCHED_FIELDS = ['email', 'twoFactorEnabled', 'phoneNumber'] as const;

/** Missing, empty, and `false` values of the fields of plugins are the same. */
const fieldOf = (user: object, field: (typeof WATCHED_FIELDS)[number]): unknown =>
  Reflect.get(user, field) || undefined;

interface AuthNotices {
  readonly databaseHooks: NonNullable<BetterAuthOptions['databaseHooks']>;
  /** Runs after a successful request. */
  afterSuccess(context: GenericEndpointContext): Promise<void>;
}

/** Sends the notices for which Better Auth has no callback. */
export function createAuthNotices(send: EmailSender['send']): AuthNotices {
  // Only the hook before an update receives the fields that change. A sign-in can update other fields of the same user.
  const changes = new WeakMap<GenericEndpointContext, Change>();
  return {
    databaseHooks: {
      account: {
        create: {
          async after({ userId }, context) {
            if (!context || PASSWORD_RESETS.has(context.path)) return;
            const { internalAdapter } = context.context;
            // A sign-up creates the first account.
            if ((await internalAdapter.findAccounts(userId)).length < 2) return;
            const user = await internalAdapter.findUserById(userId);
            if (user) await send('RecoveryMethodChanged', user);
          },
        },
      },
      user: {
        update: {
          async before(fields, context) {
            if (!context || !WATCHED_FIELDS.some((field) => field in fields)) return;
            const target = await targetOf(context);
            const isNew = (field: (typeof WATCHED_FIELDS)[number]) =>
              field in fields && !(target && fieldOf(target, field) === fieldOf(fields, field));
            changes.set(context, {
              isMfa: isNew('twoFactorEnabled'),
              isPhone: isNew('phoneNumber'),
              previousEmail: target?.email ?? (await previousEmailOf(context)),
            });
          },
          async after(user, context) {
            const change = context && changes.get(context);
            if (!change) return;
            changes.delete(context);
            const { isMfa, isPhone, previousEmail } = change;
            if (isMfa) await send(fieldOf(user, 'twoFactorEnabled') ? 'MfaEnabled' : 'MfaDisabled', user);
            if (isPhone) await send('RecoveryMethodChanged', user);
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
