import { isLoopbackHost, MailError } from '@postern/core';
import { serverName } from '../config/server-name.js';
import { isAscii, type SmtpMessage } from '../message/smtp-message.js';
import { isRefusal } from '../provider/smtp-reply.js';
import { LoginSequence } from './login-sequence.js';
import { type SessionOptions, tlsIsOptional } from './session-options.js';
import { SmtpConnection } from './smtp-connection.js';
import { openSocket } from './socket.js';

/** Whether the connection dropped or was closed (421) before the server replied to any command about the message. */
export const wasStale = (error: unknown, session: SmtpSession): boolean =>
  error instanceof MailError &&
  (error.code === 'connection_failed' || error.responseCode === 421) &&
  error.stage === 'mail' &&
  session.served > 1 &&
  !session.isOpen;

/**
 * Connects, upgrades to TLS, and logs in.
 *
 * @throws {MailError}
 */
export async function openSession(
  options: SessionOptions,
  signal: AbortSignal | undefined,
): Promise<SmtpSession> {
  const { login, config, logger } = options;
  const { host, port } = config;
  const sequence = login && new LoginSequence(login, options);
  const connection = await openConnection(options, sequence, signal).catch((error: unknown) => {
    if (error instanceof MailError && error.stage === 'tls' && tlsIsOptional(options))
      return openConnection({ ...options, config: { ...config, ignoreTLS: true } }, sequence, signal);
    if (!sequence?.wasCutOff) throw error;
    return openConnection(options, sequence, signal).catch((next: unknown) => {
      throw sequence.reasonOf(next);
    });
  });
  const session = new SmtpSession(options, connection, sequence?.tried ?? []);
  logger.debug({ event: 'smtp.connection.opened', host, port, secure: connection.isSecure });
  session.onClose(() =>
    logger.debug({ event: 'smtp.connection.closed', host, port, messages: session.served }),
  );
  return session;
}

/** Opens one connection and logs in. */
async function openConnection(
  options: SessionOptions,
  sequence: LoginSequence | undefined,
  signal: AbortSignal | undefined,
): Promise<SmtpConnection> {
  const { config, lookup, observer } = options;
  const { host, port, localAddress, dnsTimeout, connectionTimeout } = config;
  const deadline = Date.now() + connectionTimeout;
  const socket = await openSocket(
    { host, port, localAddress, dnsTimeout, connectionTimeout, lookup },
    signal,
  );
  observer?.onConnected(socket);
  const connection = new SmtpConnection(options, socket);
  const timer = setTimeout(() => connection.timeOut(), Math.max(deadline - Date.now(), 1));
  try {
    await connection.connect(signal);
    if (!connection.isSecure) warnOfPlainText(options);
    await sequence?.logIn(connection, signal);
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Warns of plain text. Without a login, `ignoreTLS` allows it explicitly. */
function warnOfPlainText({ config: { host, port, ignoreTLS }, login, warnOnce }: SessionOptions): void {
  if (isLoopbackHost(host) || (ignoreTLS && !login)) return;
  warnOnce({
    event: login ? 'smtp.plaintext_auth' : 'smtp.plaintext',
    host,
    port,
    hint: `${login ? 'The password and all codes' : 'All codes'} are sent in plain text. Use port 465 with "secure": true, or a port that offers STARTTLS. To refuse such connections, set "requireTLS": true.`,
  });
}

/**
 * After ten errors on a connection (`smtpd_soft_error_limit`), Postfix delays every reply, including those to valid emails. With
 * PIPELINING, a refused recipient causes two errors, because DATA then has no recipient.
 */
const MOST_REFUSALS = 3;

/** A logged-in connection to the server that carries one message at a time. */
export class SmtpSession {
  /** The number of messages sent or attempted. */
  served = 0;
  /** The number of refused emails. */
  private refusals = 0;
  /** Whether a refused message left its transaction open (RFC 5321 section 4.1.1.5). */
  private needsReset = false;

  constructor(
    private readonly options: SessionOptions,
    private readonly connection: SmtpConnection,
    /** The login mechanisms that were tried. The last one succeeded. */
    readonly mechanisms: readonly string[],
  ) {}

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  /** Whether there were so many refusals on this connection that the server may slow it down. */
  get isWornOut(): boolean {
    return this.refusals >= MOST_REFUSALS;
  }

  /**
   * Sends one message and resolves with the server's unchanged final reply.
   *
   * @throws {MailError}
   */
  async send(message: SmtpMessage, signal: AbortSignal | undefined): Promise<string> {
    this.served += 1;
    this.requireDeliverable(message);
    try {
      if (this.needsReset) await this.reset(signal);
      this.needsReset = true;
      const response = await this.connection.send(message, signal);
      this.needsReset = false;
      return response;
    } catch (error) {
      if (isReusableAfter(error)) this.refusals += 1;
      else this.connection.destroy();
      throw error;
    }
  }

  /**
   * Asks whether the server accepts the sender (MAIL FROM) for the given recipient. Resolves with the reply.
   *
   * @throws {MailError}
   */
  askSender(from: string, to: string | undefined, signal: AbortSignal): Promise<string> {
    this.requireSmtpUtf8({ from, to: '' });
    // SMTPUTF8 is requested with the sender, for all addresses of the transaction (RFC 6531 section 3.4).
    const needsUtf8 = !isAscii(`${from}${to}`) && this.connection.capabilities.has('SMTPUTF8');
    return this.connection.ask(`MAIL FROM:<${from}>${needsUtf8 ? ' SMTPUTF8' : ''}`, 'mail', signal);
  }

  /**
   * Asks whether the server accepts the recipient (RCPT TO), after {@link askSender}. Resolves with the reply.
   *
   * @throws {MailError}
   */
  async askRecipient(to: string, signal: AbortSignal): Promise<string> {
    this.requireSmtpUtf8({ from: '', to });
    return this.connection.ask(`RCPT TO:<${to}>`, 'rcpt', signal);
  }

  /** Rejects messages that the server would refuse, and addresses that could inject commands. */
  private requireDeliverable(message: SmtpMessage): void {
    const { from, to, content } = message;
    this.requireSmtpUtf8(message);
    const isAddress = (text: string) => !/[\p{Cc}<>]/u.test(text);
    if (!isAddress(from) || !isAddress(to) || to === '') {
      const stage = isAddress(from) ? 'rcpt' : 'mail';
      throw this.connection.toMailError({ kind: 'address_unsendable', stage });
    }
    const largest = Number(this.connection.capabilities.get('SIZE')) || Number.POSITIVE_INFINITY;
    if (content.length <= largest) return;
    throw this.connection.toMailError({
      kind: 'message_unsendable',
      stage: 'mail',
      cause: new Error(`The server accepts messages of up to ${largest} bytes`),
    });
  }

  private requireSmtpUtf8({ from, to }: Pick<SmtpMessage, 'from' | 'to'>): void {
    if ((isAscii(from) && isAscii(to)) || this.connection.capabilities.has('SMTPUTF8')) return;
    const message = `${serverName(this.options.config)} does not support internationalized addresses (SMTPUTF8).`;
    throw isAscii(to)
      ? new MailError('sender_rejected', message, {
          stage: 'mail',
          hint: 'Send from an ASCII address, or through a server that supports SMTPUTF8.',
        })
      : new MailError('recipient_rejected', message, {
          stage: 'rcpt',
          hint: 'Use an ASCII address for the recipient, or send through a server that supports SMTPUTF8.',
        });
  }

  /** Sends RSET. If it fails, the connection is not used for another message. */
  private async reset(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.connection.reset(signal);
    } catch (error) {
      if (!(error instanceof MailError) || error.responseCode === undefined) throw error;
      const server = serverName(this.options.config);
      throw new MailError('connection_failed', `${server} refused RSET.`, { stage: 'mail' });
    }
    this.needsReset = false;
  }

  /** Checks that the server still responds (RSET). */
  async check(signal: AbortSignal | undefined): Promise<void> {
    this.served += 1;
    // The connection has just logged in.
    if (this.served === 1) return;
    try {
      await this.reset(signal);
    } catch (error) {
      this.connection.destroy();
      throw error;
    }
  }

  /** Sends QUIT and resolves when the socket is closed. */
  quit(): Promise<void> {
    return this.connection.quit();
  }

  /** Calls the listener when either side has closed the socket. */
  onClose(listener: () => void): void {
    this.connection.onClose(listener);
  }

  /** Whether an open, idle connection keeps the process alive. */
  keepAlive(isNeeded: boolean): void {
    this.connection.keepAlive(isNeeded);
  }
}

/** Whether the session can be used again after an error: the server refused the message, but not with 421 (RFC 5321 section 3.8). */
const isReusableAfter = (error: unknown) =>
  error instanceof MailError &&
  error.code !== 'delivery_unknown' &&
  isRefusal(error.response ?? '') &&
  error.responseCode !== 421;
