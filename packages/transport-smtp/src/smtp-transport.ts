import {
  type Clock,
  clockSchema,
  createDrain,
  type Email,
  functionSchema,
  LONGEST_TIMER_MS,
  type LogEvent,
  type Logger,
  loggerSchema,
  MailError,
  type Receipt,
  readOptions,
  redact,
  remoteLines,
  requireSendable,
  silentLogger,
  systemClock,
  type Transport,
} from '@postern/core';
import { z } from 'zod';
import { readServerConfig, type SmtpTransportConfig } from './config/server-config.js';
import type { GetAccessToken } from './connection/access-token-callback.js';
import { createConnectionPool } from './connection/connection-pool.js';
import { createLogin } from './connection/login.js';
import { openSession, type SmtpSession, wasStale } from './connection/session.js';
import type { Lookup } from './connection/socket.js';
import { consoleLogger } from './console-logger.js';
import { composeMessage, type SmtpMessage } from './message/smtp-message.js';
import { providerOf } from './provider/known-providers.js';

const DEFAULT_IDLE_TIMEOUT = 60_000;

/** Postfix accepts this many from one client (smtpd_client_connection_count_limit). */
const DEFAULT_MAX_CONNECTIONS = 50;

const count = z.int().min(1).optional();

const optionsSchema = z.strictObject({
  name: z.string().min(1).default('smtp'),
  maxConnections: count,
  maxMessages: count,
  idleTimeoutMs: count,
  maxWaiting: z.int().min(0).default(10_000),
  plaintextAuth: z.enum(['refuse', 'warn']).default('refuse'),
  missingAuth: z.enum(['refuse', 'warn']).default('refuse'),
  getAccessToken: functionSchema<GetAccessToken>().optional(),
  lookup: functionSchema<Lookup>().optional(),
  logger: loggerSchema.optional(),
  clock: clockSchema.default(() => systemClock),
});

export interface SmtpTransportOptions {
  /** What receipts and logs call it; tells several servers apart. @default 'smtp' */
  name?: string | undefined;
  /**
   * How many connections may be open at once. One is opened whenever an email finds no free one; if the server refuses it,
   * the email waits for another.
   * @default the config's maxConnections, else what the provider allows, else 50
   */
  maxConnections?: number | undefined;
  /** Emails per connection before it is replaced. @default the config's maxMessages, else what the provider allows, else 100 */
  maxMessages?: number | undefined;
  /** Close a connection after this long without an email, in milliseconds. @default the config's idleTimeout, else 60,000 */
  idleTimeoutMs?: number | undefined;
  /**
   * Emails that may wait for a connection. A further one fails with `rate_limited`, which is retryable, so that a slow server
   * does not fill the memory of the process. @default 10,000
   */
  maxWaiting?: number | undefined;
  /**
   * What to do when credentials would cross a network in plain text: refuse to send, or send and warn.
   * `ignoreTLS: true` in the config accepts it as well. @default 'refuse'
   */
  plaintextAuth?: 'refuse' | 'warn' | undefined;
  /**
   * What to do when the config has credentials and the server offers no login: refuse to send, or send without and
   * warn. @default 'refuse'
   */
  missingAuth?: 'refuse' | 'warn' | undefined;
  /**
   * Gets OAuth2 access tokens, for managed identities, rotating refresh tokens and whatever else a config cannot do.
   * In the config, `auth` then needs only `user`.
   * @default tokens come from what `auth` says
   */
  getAccessToken?: GetAccessToken | undefined;
  /** How host names become addresses. @default `dns.lookup` */
  lookup?: Lookup | undefined;
  /** @default nothing is logged, or the console where the config says `logger: true` */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

/**
 * Sends emails through an SMTP server (RFC 5321), over a pool of connections that are kept open and logged in.
 * Takes the SMTP part of a connector config; other keys are left alone.
 *
 * Certificates are verified. With credentials and a host that is not this machine, plain text is refused unless
 * the config says `ignoreTLS: true` or `plaintextAuth` is `'warn'`.
 *
 * @throws {ConfigError} when the config or an option is not valid
 *
 * @example
 * ```ts
 * await using transport = createSmtpTransport({ host: 'smtp.example.com', port: 587, auth: { user, pass } });
 * await transport.verify();
 * ```
 */
export function createSmtpTransport(
  config: SmtpTransportConfig,
  options: SmtpTransportOptions = {},
): Transport {
  const { name, maxConnections, maxMessages, idleTimeoutMs, clock, getAccessToken, ...given } = readOptions(
    optionsSchema,
    options,
    'createSmtpTransport',
  );
  const smtp = readServerConfig(config, { hasTokens: getAccessToken !== undefined });
  const { limits } = providerOf(smtp.host) ?? {};
  const logger = given.logger ?? (smtp.logger || smtp.debug ? consoleLogger : silentLogger);
  const login = createLogin(smtp, getAccessToken);
  const warned = new Set<string>();
  const sessionOptions = {
    config: smtp,
    login,
    plaintextAuth: given.plaintextAuth,
    missingAuth: given.missingAuth,
    lookup: given.lookup,
    logger,
    warnOnce: (event: LogEvent) => {
      if (!warned.has(event.event)) logger.warn(event);
      warned.add(event.event);
    },
  };
  const pool = createConnectionPool({
    open: ({ message, signal }) => openSession({ ...sessionOptions, message }, signal),
    maxConnections: maxConnections ?? smtp.maxConnections ?? limits?.connections ?? DEFAULT_MAX_CONNECTIONS,
    maxMessages: maxMessages ?? smtp.maxMessages ?? limits?.messagesPerConnection ?? 100,
    idleTimeoutMs: Math.min(idleTimeoutMs ?? smtp.idleTimeout ?? DEFAULT_IDLE_TIMEOUT, LONGEST_TIMER_MS),
    maxWaiting: given.maxWaiting,
  });

  /** Lends a session for one operation; one that the server had closed meanwhile is replaced without anyone noticing. */
  async function withSession<T>(
    acquire: () => Promise<SmtpSession>,
    use: (session: SmtpSession) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const session = await acquire();
      try {
        return await use(session);
      } catch (error) {
        if (!wasStale(error, session)) throw error;
      } finally {
        pool.release(session);
      }
    }
  }

  /** An email does not wait for a session beyond its `expiresAt`. */
  async function acquireFor(
    email: Email,
    message: SmtpMessage,
    signal: AbortSignal | undefined,
  ): Promise<SmtpSession> {
    const { expiresAt } = email;
    if (!expiresAt) return pool.acquire({ signal, message });
    const end = new AbortController();
    const onAbort = () => end.abort(signal?.reason);
    let timer: NodeJS.Timeout | undefined;
    const watch = () => {
      try {
        requireSendable(email, signal, clock);
        timer = setTimeout(watch, Math.min(expiresAt.getTime() - clock.now(), LONGEST_TIMER_MS));
      } catch (error) {
        end.abort(error);
      }
    };
    watch();
    signal?.addEventListener('abort', onAbort);
    try {
      return await pool.acquire({ signal: end.signal, message });
    } catch (error) {
      const { reason } = end.signal;
      throw reason instanceof MailError ? reason : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async function send(email: Email, signal: AbortSignal | undefined): Promise<Receipt> {
    const startedAt = clock.now();
    requireSendable(email, signal, clock);
    const message = await composeMessage(email, smtp);
    const acquire = () => acquireFor(email, message, signal);
    const response = await withSession(acquire, (session) => {
      // It may have waited long for its turn.
      requireSendable(email, signal, clock);
      return session.send(message, signal);
    });
    return {
      messageId: email.messageId,
      accepted: email.to,
      transport: name,
      response: remoteLines(redact(response, [...(login?.secrets() ?? []), ...email.secrets], [email.to])),
      attempts: 1,
      durationMs: clock.now() - startedAt,
    };
  }

  const drain = createDrain('transport', async () => {
    login?.close();
    await pool.close();
  });

  return {
    name,
    send: (email, operation) => drain.run(() => send(email, operation?.signal)),
    verify: (operation) =>
      drain.run(() =>
        withSession(
          () => pool.acquire({ signal: operation?.signal }),
          (session) => session.check(operation?.signal),
        ),
      ),
    close: drain.close,
    [Symbol.asyncDispose]: drain.close,
  };
}
