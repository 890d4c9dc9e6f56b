import {
  type Clock,
  clockSchema,
  consoleLogger,
  createDrain,
  type Email,
  functionSchema,
  type GetAccessToken,
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
import * as z from 'zod';
import { readServerConfig, type SmtpTransportConfig } from './config/server-config.js';
import { createConnectionPool } from './connection/connection-pool.js';
import { createLogin } from './connection/login.js';
import { openSession, type SmtpSession, wasStale } from './connection/session.js';
import type { Lookup } from './connection/socket.js';
import { composeMessage, type SmtpMessage } from './message/smtp-message.js';
import { providerOf } from './provider/known-providers.js';

const DEFAULT_IDLE_TIMEOUT = 60_000;

/** The default limit of Postfix for one client (smtpd_client_connection_count_limit). */
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
  /** Name of the transport in receipts and logs. @default 'smtp' */
  name?: string | undefined;
  /**
   * Maximum number of open connections. An email that finds no idle connection opens one. If the server refuses it, the email
   * waits for an open connection.
   * @default the config's maxConnections, then the provider's limit, then 50
   */
  maxConnections?: number | undefined;
  /** Emails per connection before it is replaced. @default the config's maxMessages, then the provider's limit, then 100 */
  maxMessages?: number | undefined;
  /** Closes a connection that has been idle for this many milliseconds. @default the config's idleTimeout, then 60,000 */
  idleTimeoutMs?: number | undefined;
  /**
   * Maximum number of emails that wait for a connection. Any others fail with `rate_limited`, which is retryable. This prevents
   * a slow server from exhausting the memory of the process. @default 10,000
   */
  maxWaiting?: number | undefined;
  /**
   * What to do if credentials would be sent in plain text: refuse to send, or send and log a warning. `ignoreTLS: true` in the
   * config also allows plain text. @default 'refuse'
   */
  plaintextAuth?: 'refuse' | 'warn' | undefined;
  /**
   * What to do if the config has credentials but the server does not allow logins: refuse to send, or send without a login and log a
   * warning. @default 'refuse'
   */
  missingAuth?: 'refuse' | 'warn' | undefined;
  /**
   * Returns OAuth2 access tokens, for example for managed identities and rotating refresh tokens. `auth` in the config then
   * needs only `user`.
   * @default fetches tokens with the credentials in `auth`
   */
  getAccessToken?: GetAccessToken | undefined;
  /** Resolves host names. @default `dns.lookup` */
  lookup?: Lookup | undefined;
  /** @default none, or the console if the config has `logger: true` */
  logger?: Logger | undefined;
  /** @default the wall clock */
  clock?: Clock | undefined;
}

/**
 * Sends emails through an SMTP server (RFC 5321) over a pool of persistent connections. Reads the SMTP part of a connector
 * config and ignores other keys.
 *
 * Certificates are verified. With credentials, plain text to another machine is refused, unless the config has
 * `ignoreTLS: true` or `plaintextAuth` is `'warn'`.
 *
 * @throws {ConfigError} if the config or an option is not valid
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

  /** Uses a session for one operation. If the server has closed the session in the meantime, uses another one. */
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

  /** Waits for a session, at most until the email's `expiresAt`. */
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
      // The email may have expired while it waited.
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
