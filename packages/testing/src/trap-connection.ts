import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { SMTPServer } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { FaultAction, FaultStage } from './fault.js';
import type { FaultPlan } from './fault-plan.js';
import type { ReceivedEnvelope } from './received-email.js';
import type { SessionLog, SessionRecord } from './session-log.js';

/** The state that a connection shares with its trap. */
export interface TrapContext {
  readonly log: SessionLog;
  readonly faults: FaultPlan;
}

const STAGE_OF: Readonly<Record<string, FaultStage>> = {
  EHLO: 'ehlo',
  HELO: 'ehlo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
};

/**
 * A connection that records its activity and injects faults.
 *
 * smtp-server's callbacks see neither the greeting nor EHLO, STARTTLS and the reply to DATA. So faults sit one
 * level lower: where a command line enters (`_onCommand`, one at a time even if they were pipelined, so a fault
 * always meets its own command) and where a reply leaves (`send`, the only place that writes, before and after
 * TLS alike). A refused command never reaches smtp-server's handler; both sides agree that it did not happen.
 */
export class TrapConnection extends SMTPConnection {
  readonly record: SessionRecord;
  readonly #raw: Socket;
  readonly #trap: TrapContext;
  readonly #gone = new AbortController();
  #envelope: { from: string; to: string[] } = { from: '', to: [] };
  #line = '';
  #message: number | undefined;
  #top: Socket | undefined;
  #busy = false;
  #mute = false;
  #dripMs: number | undefined;
  #dripping: Promise<void> | undefined;

  /** @param raw the TCP socket, below TLS if there is any */
  constructor(
    server: SMTPServer,
    socket: Socket,
    raw: Socket,
    record: SessionRecord,
    trap: TrapContext,
    options?: SMTPConnectionOptions | null,
  ) {
    super(server, socket, options);
    this.#raw = raw;
    this.record = record;
    this.#trap = trap;
    raw.once('close', () => this.#gone.abort());
  }

  /** The accepted arguments of MAIL and RCPT. */
  get envelope(): ReceivedEnvelope {
    return { from: this.#envelope.from, to: [...this.#envelope.to] };
  }

  /** Whether the server is waiting for a command. */
  get idle(): boolean {
    return (
      this._ready &&
      this.hostNameAppearsAs !== false &&
      this.session.envelope.mailFrom === false &&
      this._nextHandler === false &&
      !(this.#busy || this._upgrading || this._dataStream || this._closing)
    );
  }

  /** The command line that is being processed. */
  get line(): string {
    return this.#line;
  }

  /** Drops the connection immediately. */
  destroy(): void {
    (this.#top ?? this._socket).destroy();
  }

  /** Claims the fault of the reply after the final dot. Call it before the email is stored. */
  claimDeliveryFault(): FaultAction | undefined {
    return this.#claim('delivery');
  }

  /** Replies to the final dot with a fault. `finish` ends the transaction in smtp-server, which then replies. */
  answerDelivery(fault: FaultAction, finish: () => void): void {
    this.#inject(fault, finish, () => {
      this.#mute = true;
      finish();
    });
  }

  /** Injects a fault instead of the reply that `proceed` would send. `resume` continues to read commands. */
  #inject(fault: FaultAction, proceed: () => void, resume: () => void): void {
    switch (fault.kind) {
      case 'reset':
        this.#raw.resetAndDestroy();
        break;
      case 'stall':
        // Never resumed, because a hanging server reads no more commands.
        break;
      case 'garbage':
        this._socket.write(fault.bytes);
        resume();
        break;
      case 'refuse':
        this._socket.write(`${fault.reply}\r\n`);
        if (fault.reply.startsWith('421')) this.close();
        resume();
        break;
      case 'drip':
        this.#dripMs = fault.intervalMs;
        proceed();
    }
  }

  /** Skips the 100 ms in which smtp-server waits for early talkers, because tests open many connections. */
  override init(): void {
    this._setListeners(() => this.connectionReady());
  }

  /**
   * The first to see the TLS socket of a STARTTLS handshake. Only from the top is it safe to destroy: smtp-server
   * warns that taking the TCP socket away from under a handshake can crash Node.
   */
  override _armTimeout(socket?: Socket): void {
    this.#top = socket;
    super._armTimeout(socket);
  }

  override _sendGreeting(): void {
    const fault = this.#claim('greeting');
    const proceed = () => super._sendGreeting();
    if (!fault) proceed();
    else
      this.#inject(fault, proceed, () => {
        if (fault.kind === 'refuse') this.close();
      });
  }

  override _onCommand(line: Buffer, callback?: () => void): void {
    // Plain text that was pipelined after STARTTLS. smtp-server discards it.
    if (this._upgrading) {
      super._onCommand(line, callback);
      return;
    }

    const text = line.toString();
    const continuesAuth = this._nextHandler !== false;
    const verb = continuesAuth ? undefined : text.split(' ', 1)[0]?.toUpperCase();
    this.#line = text;
    this.#busy = true;
    this.record.command(continuesAuth ? '[hidden]' : text.replace(/^(auth\s+\S+)\s.+/i, '$1 [hidden]'));
    if (verb === 'MAIL') this.#message = this.#trap.log.nextMessage();

    const done = () => {
      this.#busy = false;
      callback?.();
    };
    const proceed = () => super._onCommand(line, () => this.#afterDrip(done));
    const stage = verb === undefined ? undefined : STAGE_OF[verb];
    const fault = stage && this.#claim(stage);
    if (fault) this.#inject(fault, proceed, done);
    else proceed();
  }

  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    if (code === 235) this.record.loggedIn(String(this.session.user));
    if (code === 250) this.#noteEnvelope();

    if (this.#mute) {
      this.#mute = false;
      return;
    }
    const intervalMs = this.#dripMs;
    if (intervalMs === undefined) {
      super.send(code, data, context);
      return;
    }
    this.#dripMs = undefined;
    const lines = [data ?? ''].flat();
    const reply = lines.map((line, at) => `${code}${at < lines.length - 1 ? '-' : ' '}${line}\r\n`).join('');
    this.#dripping = this.#drip(reply, intervalMs).finally(() => {
      this.#dripping = undefined;
      if (code === 421) this.close();
    });
  }

  override upgrade(callback: () => void, secureCallback?: () => void): void {
    this.#afterDrip(() => {
      // A client that waited for the dripped reply may have given up, and its socket may be closed.
      if (this.#gone.signal.aborted) return;
      super.upgrade(callback, secureCallback);
      // upgrade() removes all listeners from the socket that it wraps.
      this.#raw.once('close', () => {
        this.#gone.abort();
        this.record.closed();
      });
    });
  }

  #claim(stage: FaultStage): FaultAction | undefined {
    const message = this.#message;
    return this.#trap.faults.claim(stage, {
      connection: this.record.id,
      ...(message !== undefined && { message }),
    });
  }

  /** smtp-server rewrites addresses (Punycode to Unicode), but tests need the original. */
  #noteEnvelope(): void {
    const [, command, address] = /^(MAIL|RCPT)[^<]*<([^<>]*)>/i.exec(this.#line) ?? [];
    if (address === undefined) return;
    if (command?.toUpperCase() === 'MAIL') this.#envelope = { from: address, to: [] };
    else this.#envelope.to.push(address);
  }

  #afterDrip(next: () => void): void {
    if (this.#dripping) void this.#dripping.then(next);
    else next();
  }

  async #drip(reply: string, intervalMs: number): Promise<void> {
    const { signal } = this.#gone;
    try {
      for (const [at, byte] of [...Buffer.from(reply)].entries()) {
        if (at > 0) await delay(intervalMs, undefined, { signal });
        if (this._socket.writable) this._socket.write(Buffer.of(byte));
      }
    } catch {
      // The connection is closed, so no client waits for the rest.
    }
  }
}
