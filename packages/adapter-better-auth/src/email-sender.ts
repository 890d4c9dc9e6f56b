import {
  defineRequestState,
  hasRequestState,
  tryGetCurrentAuthEndpointContext,
} from '@better-auth/core/context';
import type { APIError } from '@better-auth/core/error';
import { getIP } from '@better-auth/core/utils/ip';
import {
  failureLevel,
  isNotice,
  MailError,
  type PayloadValue,
  parseSendRequest,
  sendOrDefer,
} from '@postern/core';
import { protectPayload } from '@postern/http';
import type { ParsedOptions } from './auth-emails-options.js';
import { type AuthUsageType, isFromSomeoneElse } from './auth-usage-type.js';
import { toApiError } from './email-error.js';
import { mayShowFailure } from './failure-visibility.js';

/** The paths of the `admin` plugin. Administrators can also impersonate a user. */
const ADMIN_PATH = '/admin/';

type Variables = Readonly<Record<string, PayloadValue>>;

export interface EmailSender {
  /**
   * @param payload the variables, or a function whose errors count as failures of the email
   * @param validSeconds how long the code or the link is valid
   * @throws {APIError} if the email was not sent and the client may know
   */
  send(
    type: AuthUsageType,
    recipient: { readonly email: string; readonly name?: string },
    payload?: Variables | (() => Variables),
    validSeconds?: number,
  ): Promise<void>;
  /** Returns the failure that the response to the current request must show, once. */
  takeFailure(): Promise<APIError | undefined>;
}

export function createEmailSender(options: ParsedOptions): EmailSender {
  const { mailer, types, locale, linkGuard, noticeUrl } = options;
  const request = defineRequestState((): { failure?: APIError | undefined } => ({}));

  return {
    async send(type, recipient, payload = {}, validSeconds) {
      const usageType = types[type] ?? type;
      if (usageType === false) return;
      const context = tryGetCurrentAuthEndpointContext();
      const { logger, options: auth } = context?.context ?? {};
      const background = auth?.advanced?.backgroundTasks?.handler;
      const isByAdministrator =
        context?.path?.startsWith(ADMIN_PATH) || context?.context.session?.session.impersonatedBy;
      const isOwnRequest = !isFromSomeoneElse(type) && !isByAdministrator;
      const isShown = !isNotice(type) && (!context || mayShowFailure(context, recipient.email));
      // A link is bound to the browser only if the cookie reaches the browser and does not reveal that an account exists.
      // Without a request, the caller of the server API may drop the cookie. With a background handler, Better Auth
      // responds before a callback ends, except for magic links.
      const canBind =
        context?.request !== undefined &&
        isShown &&
        isOwnRequest &&
        (!background || context.path === '/sign-in/magic-link');
      try {
        const { email: to, name } = recipient;
        const { headers } = context ?? {};
        const ip = headers && auth && getIP(headers, auth);
        const variables = typeof payload === 'function' ? payload() : payload;
        const link = variables.link ?? (isNotice(type) ? noticeUrl?.(type) : undefined);
        const shown = { user: { name, email: to }, ...variables, ...(link !== undefined && { link }) };
        const expiresAt = validSeconds === undefined ? undefined : new Date(Date.now() + validSeconds * 1000);
        const browser = canBind
          ? {
              cookie: headers?.get('cookie'),
              setCookie: (cookie: string) => context.responseHeaders?.append('Set-Cookie', cookie),
            }
          : undefined;
        const email = parseSendRequest({
          ...{ to, type: usageType, ip, expiresAt },
          payload: expiresAt ? await protectPayload(linkGuard, shown, { to, expiresAt, browser }) : shown,
          locale: locale ? await locale({ ...recipient }, headers) : headers?.get('accept-language'),
          ...(isOwnRequest && {
            requestContext: { userAgent: headers?.get('user-agent'), ip },
          }),
        });
        await sendOrDefer({
          send: () => mailer.send(email),
          waitUntil: options.waitUntil ?? background,
          report: (level, { message }) => logger?.[level](message),
          ...{ source: 'better_auth', fields: { type: usageType } },
        });
      } catch (error) {
        // Only the messages of Postern's own errors are safe to log.
        const reason = error instanceof MailError ? error.message : 'An unexpected error was thrown.';
        logger?.[failureLevel(error)](`The email was not sent: ${usageType}. ${reason}`);
        if (!isShown) return;
        const failure = toApiError(error);
        // Better Auth ignores errors of most callbacks, so the plugin throws this one again.
        if (await hasRequestState()) await request.set({ failure });
        throw failure;
      }
    },
    async takeFailure() {
      const { failure } = await request.get();
      await request.set({});
      return failure;
    },
  };
}
