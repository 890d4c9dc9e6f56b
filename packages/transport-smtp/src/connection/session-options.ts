import { isIP, type Socket } from 'node:net';
import { isLoopbackHost, type LogEvent, type Logger, type MailStage, type SmtpConfig } from '@postern/core';
import type { SmtpMessage } from '../message/smtp-message.js';
import { providerOf } from '../provider/known-providers.js';
import type { SmtpLogin } from './login.js';
import type { Lookup } from './socket.js';

/** Sees how a connection comes about. */
export interface ConnectionObserver {
  onConnected(socket: Socket): void;
  onSecured(): void;
  /** Every complete reply, as it came. */
  onReply(stage: MailStage, reply: string): void;
}

export interface SessionOptions {
  config: SmtpConfig & { host: string; port: number };
  login: SmtpLogin | undefined;
  plaintextAuth: 'refuse' | 'warn';
  missingAuth: 'refuse' | 'warn';
  lookup: Lookup | undefined;
  logger: Logger;
  /** Logs a warning, each kind of event once per server. */
  warnOnce: (event: LogEvent) => void;
  /** The message that needs the connection; logs and errors must not show its secrets. */
  message?: SmtpMessage | undefined;
  observer?: ConnectionObserver;
}

/** On this machine, TLS protects nothing: without credentials, it is used as far as it works. */
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

/** With credentials, plain text is only good enough for this machine, unless the config accepts it. */
export function tlsIsRequired({
  config,
  login,
  plaintextAuth,
}: Pick<SessionOptions, 'config' | 'login' | 'plaintextAuth'>): boolean {
  if (config.requireTLS) return true;
  if (config.secure || config.ignoreTLS || login === undefined || plaintextAuth === 'warn') return false;
  return !isLoopbackHost(config.host);
}

/** The part of the config that nodemailer's `SMTPConnection` takes. */
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
    // SNI is for names (RFC 6066 section 3); an address is compared as the host.
    servername: isIP(servername) ? undefined : servername,
    name,
    greetingTimeout,
    socketTimeout,
    connectionTimeout,
  };
}

/** What the text of a failure says about the server. */
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
