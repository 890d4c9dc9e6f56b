import { isNotice, MailError, parseSendRequest, readOptions, remoteLine, sha256Hex } from '@postern/core';
import {
  createMessageSender,
  DEFAULT_LINK_VALIDITY_MS,
  type HttpRequest,
  type HttpResponse,
  logProblem,
  ProblemError,
  parseBody,
  problemResponse,
  protectPayload,
  readBodyText,
  toHttpRequest,
  toResponse,
} from '@postern/http';
import type { Settings } from './webhook-options.js';
import type { WebhookEmail, WebhookSystem } from './webhook-system.js';

/** An endpoint that an auth system calls to send emails. */
export interface Webhook {
  /** Responds to a request of the Fetch API. It never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Responds to an `HttpRequest`, which the Express and NestJS adapters use. It never rejects. */
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
}

/** Users can nest data in fields that the auth system passes on, such as `user_metadata` of Supabase. */
const MAX_DEPTH = 100;

const DONE: HttpResponse = { status: 204, headers: { 'Cache-Control': 'no-store' } };

/** @throws {ConfigError} if an option is not valid. The error lists every problem. */
export function createWebhook<Call, Options extends Settings<Call>>(
  system: WebhookSystem<Call, Options>,
  options: object,
): Webhook {
  const settings = readOptions(system.optionsSchema, options, system.caller);
  const { linkGuard, browser, types, locale, payload, bodyLimit, logger, clock } = settings;
  const authenticate = system.authenticate(settings, system.caller);
  const send = createMessageSender(settings);
  const pending = new Map<string, Promise<void>>();

  function usageTypeOf(kind: string): string | false {
    for (const table of [types, system.usageTypes ?? { [kind]: kind }]) {
      const type = Object.hasOwn(table, kind) ? table[kind] : undefined;
      if (type !== undefined) return type;
    }
    throw new MailError(
      'template_not_found',
      `No usage type is set for the ${system.name} email ${remoteLine(kind, 100)}.`,
      {
        stage: 'template',
        hint: 'In the `types` option, map this email to a usage type, or to false to turn it off.',
      },
    );
  }

  async function deliver(call: Call, email: WebhookEmail, key: string | undefined, request: HttpRequest) {
    const type = usageTypeOf(email.kind);
    if (type === false) return;
    const { kind: _, ...fields } = email;
    const expiresAt = email.expiresAt ?? new Date(clock.now() + DEFAULT_LINK_VALIDITY_MS);
    const hasLink = typeof email.payload.link === 'string' && !isNotice(type);
    // The response goes to the auth system, so it cannot set a cookie. Only the call can identify the browser.
    const shown = hasLink
      ? await protectPayload(linkGuard, email.payload, { to: email.to, expiresAt, browser: browser?.(call) })
      : email.payload;
    const message = parseSendRequest({
      ...fields,
      type,
      payload: { ...shown, ...payload?.(call) },
      locale: locale?.(call) ?? email.locale,
      idempotencyKey: key,
    });
    await send(message, request).catch((error: unknown) => {
      // The key identifies the call. A repeated call differs only in its expiration and its protected link.
      if (!(error instanceof MailError && error.code === 'idempotency_key_reused')) throw error;
    });
  }

  /** A repeated call waits for the first call, and gets the same result, because some systems show the result to the user. */
  function sendOnce(key: string, start: () => Promise<void>): Promise<void> {
    const sending = pending.get(key) ?? start().finally(() => pending.delete(key));
    pending.set(key, sending);
    return sending;
  }

  async function sendAll(call: Call, id: string, request: HttpRequest): Promise<void> {
    const identity = system.identityOf ? system.identityOf(call, id) : id;
    const sends = system.emailsOf(call, settings, clock.now()).map((email, index) => {
      const key = identity === undefined ? undefined : `${system.name}:${identity}:${index}`;
      const start = () => deliver(call, email, key, request);
      return key === undefined ? start() : sendOnce(key, start);
    });
    const failed = (await Promise.allSettled(sends)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async function handle(request: HttpRequest): Promise<HttpResponse> {
    let isAuthentic = false;
    try {
      if (request.method !== 'POST') throw new ProblemError('method_not_allowed', {}, { Allow: 'POST' });
      const text = await readBodyText(request, bodyLimit);
      const id = (await authenticate(request, text)) ?? (await sha256Hex(text));
      const call = parseBody(text, system.callSchema, MAX_DEPTH);
      isAuthentic = true;
      await sendAll(call, id, request);
      return DONE;
    } catch (error) {
      const reason = error instanceof ProblemError ? error.details.detail : undefined;
      logProblem(logger, error, { route: `${system.name} webhook`, ...(reason !== undefined && { reason }) });
      return isAuthentic && system.respondToFailure ? system.respondToFailure(error) : problemResponse(error);
    }
  }

  return { handle, fetch: async (request) => toResponse(await handle(toHttpRequest(request))) };
}
