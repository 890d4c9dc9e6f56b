import { isIP, type Socket } from 'node:net';
import { isLoopbackHost, type LogEvent, type Logger, type MailStage, type SmtpConfig } from '@postern/core';
import type { SmtpMessage } from '../message/smtp-message.js';
import { providerOf } from '../provider/known-providers.js';
import type { SmtpLogin } from './login.js';
import type { Lookup } from './socket.js';

/** Observes how a connection is established. */
export interface ConnectionObserver {
  onConnected(socket: Socket): void;
  onSecured(): void;
  /** Receives every complete reply, unchanged. */
  onReply(stage: MailStage, reply: string): void;
}

export interface SessionOptions {
  config: SmtpConfig & { host: string; port: number };
  login: SmtpLogin | undefined;
  plaintextAuth: 'refuse' | 'warn';
  missingAuth: 'refuse' | 'warn';
  lookup: Lookup | undefined;
  logger: Logger;
  /** Logs a warning once per kind of event and server. */
  warnOnce: (event: LogEvent) => void;
  /** The message for the connection. Logs and errors must not reveal its secrets. */
  message?: SmtpMessage | undefined;
  observer?: ConnectionObserver;
}

/** On this machine, TLS adds no protection. Without credentials, it is used only if it works. */
export const tlsIsOptional = ({
  config: { host, secure, requireTLS, tls },
  login,
}: Pick<SessionOptions, 'config' | 'login'>): boolean =>
  isLoopbackHost(host) &&
  !login &&
  !secure &&
  !requireTLS &&
  tls?.ca === undefined &&
  tls?.rejectUnauthorized !== true;

/** With credentials, plain text is allowed only on this machine, unless the config allows it. */
export function tlsIsRequired({
  config,
  login,
  plaintextAuth,
}: Pick<SessionOptions, 'config' | 'login' | 'plaintextAuth'>): boolean {
  if (config.requireTLS) return true;
  if (config.secure || config.ignoreTLS || login === undefined || plaintextAuth === 'warn') return false;
  return !isLoopbackHost(config.host);
}

/** The options for nodemailer's `SMTPConnection`. */
export function connectionConfig(options: SessionOptions) {
  const { host, port, secure = false, tls, servername = '', name, ignoreTLS } = options.config;
  const { greetingTimeout, socketTimeout, connectionTimeout } = options.config;
  return {
    host,
    port,
    secure,
    tls: { ...(tlsIsOptional(options) && { rejectUnauthorized: false }), ...tls },
    requireTLS: tlsIsRequired(options),
    ignoreTLS,
    // SNI supports only names (RFC 6066 section 3). An IP address is compared as the host.
    servername: isIP(servername) ? undefined : servername,
    name,
    greetingTimeout,
    socketTimeout,
    connectionTimeout,
  };
}

/** The facts about the server that the text of a failure uses. */
export function serverFacts({ config, login }: SessionOptions) {
  const { host, port, secure = false, tls, auth } = config;
  return {
    host,
    port,
    secure,
    hasOwnCa: tls?.ca !== undefined,
    login: login && (auth.type === 'login' ? ('password' as const) : ('token' as const)),
    provider: providerOf(host),
  };
}
