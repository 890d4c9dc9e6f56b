import {
  type AcceptedLocales,
  isNotice,
  MailError,
  parseSendRequest,
  remoteLine,
  sha256Hex,
} from '@postern/core';
import {
  createMessageSender,
  type HttpRequest,
  type HttpResponse,
  logProblem,
  ProblemError,
  parseBody,
  problemResponse,
  readBodyText,
  toHttpRequest,
  toResponse,
} from '@postern/http';
import type * as z from 'zod';
import type { ParsedOptions } from './webhook-options.js';

/** An endpoint that an auth system calls to send emails. */
export interface Webhook {
  /** Responds to a request of the Fetch API. It never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Responds to a request in the form of `@postern/http`, which the Express and Nest adapters use. It never rejects. */
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
}

/** An email that a call asks for. */
export interface WebhookEmail {
  /** The system's name for the kind of email. */
  readonly kind: string;
  readonly to: string;
  /** Checked by the mailer. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly locale?: AcceptedLocales | undefined;
  readonly expiresAt?: Date | undefined;
  readonly ip?: string | undefined;
  readonly requestContext?: {
    readonly userAgent?: string | undefined;
    readonly ip?: string | undefined;
    readonly time?: Date | undefined;
  };
}

/**
 * Checks that a request comes from the system.
 *
 * @returns the ID of the call, if the system sends one
 * @throws {ProblemError} `unauthorized`
 */
export type Authenticate = (request: HttpRequest, body: string) => Promise<string | undefined>;

/** The parts of a webhook that depend on the system. */
export interface WebhookSystem<Schema extends z.ZodType> {
  readonly name: string;
  readonly authenticate: Authenticate;
  readonly schema: Schema;
  /** The usage type of each kind of email. Without it, the kind is the usage type. `false` sends no email. */
  readonly usageTypes?: Readonly<Record<string, string | false>>;
  readonly emailsOf: (call: z.output<Schema>) => readonly WebhookEmail[];
  /**
   * Identifies a call, so that a repeated call sends no other email. Calls without an identity always send.
   * @default the ID that the system sends, or else a digest of the body
   */
  readonly identityOf?: (call: z.output<Schema>, id: string) => string | undefined;
  /** The response to a failure of an authentic call. @default a problem document */
  readonly respondToFailure?: (error: unknown) => HttpResponse;
}

/** The life of a protected link if the call does not contain the life of its link. */
const LONGEST_LINK_MS = 7 * 24 * 60 * 60 * 1000;

/** Users can nest data in fields that the auth system passes on, such as `user_metadata` of Supabase. */
const MAX_DEPTH = 100;

const DONE: HttpResponse = { status: 204, headers: { 'Cache-Control': 'no-store' } };

export function createWebhook<Schema extends z.ZodType>(
  system: WebhookSystem<Schema>,
  options: ParsedOptions<z.output<Schema>>,
): Webhook {
  const { linkGuard, browser: browserOf, types, locale, payload, bodyLimit, logger, clock } = options;
  const send = createMessageSender(options);
  const pending = new Map<string, Promise<void>>();

  function usageTypeOf(kind: string): string | false {
    for (const table of [types, system.usageTypes ?? { [kind]: kind }]) {
      const type = Object.hasOwn(table, kind) ? table[kind] : undefined;
      if (type !== undefined) return type;
    }
    throw new MailError(
      'template_not_found',
      `The emails ${remoteLine(kind, 100)} of ${system.name} have no usage type.`,
      {
        stage: 'template',
        hint: 'In the `types` option, pass a usage type for these emails, or false to send none.',
      },
    );
  }

  /** The response goes to the auth system, so it cannot bind links to a browser. Only the call can name one. */
  async function protect(
    call: z.output<Schema>,
    { to, expiresAt, payload: { link } }: WebhookEmail,
    type: string,
  ) {
    if (!linkGuard || typeof link !== 'string' || isNotice(type)) return {};
    const end = expiresAt ?? new Date(clock.now() + LONGEST_LINK_MS);
    const browser = browserOf?.(call) ?? undefined;
    const binding = browser === undefined ? { binding: 'none' as const } : { browser };
    return { link: (await linkGuard.protect(link, { expiresAt: end, to, ...binding })).link };
  }

  async function deliver(
    call: z.output<Schema>,
    email: WebhookEmail,
    key: string | undefined,
    request: HttpRequest,
  ) {
    const type = usageTypeOf(email.kind);
    if (type === false) return;
    const { kind: _, ...fields } = email;
    const message = parseSendRequest({
      ...fields,
      type,
      payload: { ...email.payload, ...(await protect(call, email, type)), ...payload?.(call) },
      locale: locale?.(call) ?? email.locale,
      idempotencyKey: key,
    });
    await send(message, request).catch((error: unknown) => {
      // The key identifies the call. A repeated call differs only in its expiry and in its protected link.
      if (!(error instanceof MailError && error.code === 'idempotency_key_reused')) throw error;
    });
  }

  /** A repeated call waits for its first one, and gets the same result. Supabase, for one, shows any other to the person. */
  function sendOnce(key: string, start: () => Promise<void>): Promise<void> {
    const sending = pending.get(key) ?? start().finally(() => pending.delete(key));
    pending.set(key, sending);
    return sending;
  }

  async function sendAll(call: z.output<Schema>, id: string, request: HttpRequest): Promise<void> {
    const identity = system.identityOf ? system.identityOf(call, id) : id;
    const sends = system.emailsOf(call).map((email, index) => {
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
      const id = (await system.authenticate(request, text)) ?? (await sha256Hex(text));
      const call = parseBody(text, system.schema, MAX_DEPTH);
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
