import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerAuthentication,
  type SMTPServerAuthenticationResponse,
  type SMTPServerDataStream,
  type SMTPServerError,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { parseReceivedEmail, type ReceivedEmail } from './received-email.js';
import type { SessionRecord } from './session-log.js';
import { TrapConnection, type TrapContext } from './trap-connection.js';

/** The accepted credentials. */
export type TrapAuth =
  | {
      readonly user: string;
      /** Accepted over PLAIN and LOGIN. */
      readonly pass: string;
    }
  | {
      readonly user: string;
      /** Accepted over XOAUTH2. */
      readonly accessToken: string;
    };

interface TrapServerContext extends TrapContext {
  readonly auth: TrapAuth | undefined;
  store(email: ReceivedEmail): void;
}

type Done = (error?: Error | null) => void;

/** smtp-server with {@link TrapConnection}s. It tracks every socket from the time it is accepted. */
export class TrapServer extends SMTPServer {
  readonly #trap: TrapServerContext;
  readonly #records = new WeakMap<Socket, SessionRecord>();
  readonly #rawSockets = new WeakMap<Socket, Socket>();
  /** Sockets without a session: not yet handed over, or stalled permanently. */
  readonly #waiting = new Set<Socket>();
  readonly #sessions = new Map<string, TrapConnection>();

  constructor(options: SMTPServerOptions, trap: TrapServerContext) {
    super(options);
    this.#trap = trap;
    // Clients of a trap break off in every way there is; the session log has what a test wants to know.
    this.on('error', () => {});
  }

  /** Closes idle connections and returns their numbers. */
  closeIdle(how: 'fin' | '421'): number[] {
    const idle = [...this.#sessions.values()].filter((connection) => connection.idle);
    for (const connection of idle) {
      if (how === '421') connection.send(421, '4.4.2 Idle for too long, closing the connection');
      else connection.close();
    }
    return idle.map((connection) => connection.record.id);
  }

  /** Stops listening and drops all connections. Resolves when the last socket is closed. */
  shutDown(): Promise<void> {
    return new Promise((resolve) => {
      this.close(resolve);
      for (const connection of this.#sessions.values()) connection.destroy();
      for (const socket of this.#waiting) {
        // close() has ended these from the top, the TLS socket: the way that is safe in a handshake.
        if (!this._pendingSockets.has(socket)) socket.destroy();
      }
    });
  }

  override _acceptSocket(socket: Socket, handshake: boolean): (() => void) | false {
    const record = this.#trap.log.open();
    this.#records.set(socket, record);
    this.#waiting.add(socket);
    // smtp-server listens for errors only after the session starts.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#waiting.delete(socket);
      record.closed();
    });

    const fault = this.#trap.faults.claim('connect', { connection: record.id });
    switch (fault?.kind) {
      case 'reset':
        socket.resetAndDestroy();
        return false;
      case 'stall':
        // Read to detect the client's FIN, but never reply.
        socket.resume();
        return false;
      case 'garbage':
        socket.write(fault.bytes);
        break;
    }
    return super._acceptSocket(socket, handshake);
  }

  override _upgrade(socket: Socket, callback: (error: Error | null, tlsSocket?: TLSSocket) => void): void {
    // Wrapping a destroyed socket in TLS crashes Node.js, and smtp-server does not check.
    if (socket.destroyed) {
      callback(new Error('The client left before the TLS handshake.'));
      return;
    }
    super._upgrade(socket, (error, tlsSocket) => {
      if (tlsSocket) this.#rawSockets.set(tlsSocket, socket);
      callback(error, tlsSocket);
    });
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const raw = this.#rawSockets.get(socket) ?? socket;
    const record = this.#records.get(raw);
    if (!record) throw new Error('The server never accepted this connection.');
    this.#waiting.delete(raw);
    if (socket.destroyed) return;
    const connection = new TrapConnection(this, socket, raw, record, this.#trap, options);
    this.#sessions.set(connection.id, connection);
    this.connections.add(connection);
    connection.on('error', (error) => this._onError(error));
    connection.init();
  }

  override onSecure(_socket: Socket | TLSSocket, session: SMTPServerSession, callback: Done): void {
    this.#connection(session)?.record.secured(this.options.secure ? 'implicit' : 'starttls');
    setImmediate(callback);
  }

  override onClose(session: SMTPServerSession): void {
    this.#sessions.delete(session.id);
  }

  override onAuth(
    given: SMTPServerAuthentication,
    _session: SMTPServerSession,
    callback: (error: Error | null | undefined, response?: SMTPServerAuthenticationResponse) => void,
  ): void {
    const wanted = this.#trap.auth;
    const matches =
      wanted !== undefined &&
      given.username === wanted.user &&
      ('accessToken' in wanted
        ? given.method === 'XOAUTH2' && given.accessToken === wanted.accessToken
        : given.method !== 'XOAUTH2' && given.password === wanted.pass);
    // A response without a user is a refusal.
    callback(null, {
      ...(matches && { user: wanted.user }),
      message: '5.7.8 Username and Password not accepted',
      // XOAUTH2 first sends the reason in a challenge. The 535 follows the client's empty response.
      data: { status: '401', schemes: 'Bearer' },
    });
  }

  override onMailFrom(_address: SMTPServerAddress, session: SMTPServerSession, callback: Done): void {
    const hidden = this.options.hideSMTPUTF8 === true && session.envelope.smtpUtf8 === true;
    callback(hidden ? refusal(555, '5.5.4 SMTPUTF8 not supported') : this.#unicodeRefusal(session));
  }

  override onRcptTo(_address: SMTPServerAddress, session: SMTPServerSession, callback: Done): void {
    callback(this.#unicodeRefusal(session));
  }

  override onData(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    callback: (error?: Error | null, message?: string) => void,
  ): void {
    const connection = this.#connection(session);
    // Already closed, so there is no client to reply to.
    if (!connection) return;
    this.#receive(stream, session, connection, callback).catch((error: unknown) =>
      callback(refusal(451, `4.3.0 ${error instanceof Error ? error.message : 'Local error'}`)),
    );
  }

  async #receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    connection: TrapConnection,
    callback: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    const { envelope } = connection;
    const over = {
      connection: connection.record.id,
      secure: session.secure,
      ...(session.user && { user: String(session.user) }),
      smtpUtf8: session.envelope.smtpUtf8 === true,
    };
    const raw = await readAll(stream);
    // The client disconnected during the message, so there is no client to reply to.
    if (!raw) return;
    if (stream.sizeExceeded) return callback(refusal(552, '5.3.4 Message too big'));

    const fault = connection.claimDeliveryFault();
    if (fault?.kind !== 'refuse') {
      this.#trap.store(await parseReceivedEmail(raw, envelope, over));
      connection.record.delivered();
    }
    const accept = () => callback(null, '2.0.0 Message accepted');
    if (fault) connection.answerDelivery(fault, accept);
    else accept();
  }

  #connection(session: SMTPServerSession): TrapConnection | undefined {
    return this.#sessions.get(session.id);
  }

  /** Required by RFC 6531 section 3.3. smtp-server accepts any bytes. */
  #unicodeRefusal(session: SMTPServerSession): Error | null {
    const line = this.#connection(session)?.line ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
    const unicode = /[^\x00-\x7f]/.test(line);
    return unicode && session.envelope.smtpUtf8 !== true
      ? refusal(553, '5.6.7 Address is not ASCII and SMTPUTF8 was not requested')
      : null;
  }
}

const refusal = (responseCode: number, message: string): SMTPServerError =>
  Object.assign(new Error(message), { responseCode });

/** The whole message, or nothing if the connection broke before its end. */
async function readAll(stream: SMTPServerDataStream): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}
