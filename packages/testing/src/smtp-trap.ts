import type { AddressInfo } from 'node:net';
import { LONGEST_TIMER_MS, readOptions } from '@postern/core';
import * as z from 'zod';
import { type CertificateOptions, certificateFor } from './certificate.js';
import type { Fault } from './fault.js';
import { createFaultPlan } from './fault-plan.js';
import { createMailStore, type Inbox } from './inbox.js';
import type { FaultHandle } from './planned-faults.js';
import type { ReceivedEmail } from './received-email.js';
import { createSessionLog, type SmtpSession, type SmtpStats } from './session-log.js';
import { type TrapAuth, TrapServer } from './trap-server.js';
import type { WaitOptions } from './wait-list.js';

/** An SMTP extension that a trap can omit from its EHLO reply. */
export type HideableExtension = 'PIPELINING' | '8BITMIME' | 'SMTPUTF8' | 'STARTTLS';

/** A login mechanism of a trap. */
export type TrapAuthMethod = 'PLAIN' | 'LOGIN' | 'XOAUTH2';

/** Options of {@link startSmtpTrap}. */
export interface SmtpTrapOptions {
  /**
   * The address to listen on.
   * @default '127.0.0.1'
   */
  host?: string | undefined;
  /**
   * The port to listen on. 0 selects a free port.
   * @default 0
   */
  port?: number | undefined;
  /**
   * `starttls`: starts in plain text and offers STARTTLS. `implicit`: TLS from the first byte, as on port 465. `none`: no TLS.
   * Logins are then allowed in plain text.
   * @default 'starttls'
   */
  tls?: 'starttls' | 'implicit' | 'none' | undefined;
  /** The content of the certificate, to test certificate errors. */
  certificate?: CertificateOptions | undefined;
  /** The accepted credentials. Without them, the trap does not offer AUTH and accepts mail from all clients. */
  auth?: TrapAuth | undefined;
  /**
   * The offered login mechanisms, in this order.
   * @default ['PLAIN', 'LOGIN', 'XOAUTH2']
   */
  authMethods?: readonly TrapAuthMethod[] | undefined;
  /**
   * Refuse mail without a login, with 530.
   * @default true if `auth` is set
   */
  requireAuth?: boolean | undefined;
  /** The maximum size of a message in bytes (SIZE, RFC 1870). Larger ones get 552. @default no limit */
  size?: number | undefined;
  /**
   * Extensions to omit from the EHLO reply. A hidden STARTTLS still works. A hidden SMTPUTF8 is refused.
   * @default []
   */
  hideExtensions?: readonly HideableExtension[] | undefined;
}

const optionsSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
  tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
  certificate: z
    .strictObject({ hostnames: z.array(z.string()).optional(), expired: z.boolean().optional() })
    .optional(),
  auth: z
    .union(
      [
        z.strictObject({ user: z.string(), pass: z.string() }),
        z.strictObject({ user: z.string(), accessToken: z.string() }),
      ],
      'must be { user, pass } or { user, accessToken }',
    )
    .optional(),
  authMethods: z.array(z.enum(['PLAIN', 'LOGIN', 'XOAUTH2'])).default(['PLAIN', 'LOGIN', 'XOAUTH2']),
  requireAuth: z.boolean().optional(),
  size: z.int().min(1).optional(),
  hideExtensions: z.array(z.enum(['PIPELINING', '8BITMIME', 'SMTPUTF8', 'STARTTLS'])).default([]),
});

/** A running SMTP server that stores all mail and forwards nothing. */
export interface SmtpTrap extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `smtp://host:port`, or `smtps://` with implicit TLS. Without credentials. */
  readonly url: string;
  /** The self-signed certificate (PEM). To accept it, a client passes it as `ca`. */
  readonly certificate: string;
  /** The accepted emails. */
  readonly inbox: Inbox;
  /** A snapshot of the statistics. */
  readonly stats: SmtpStats;
  /** A snapshot of the activity of each connection, in the order in which they were opened. */
  readonly sessions: readonly SmtpSession[];
  /**
   * Injects a fault from now on. If several faults apply, the oldest occurs.
   * @throws TypeError for a combination that can never occur.
   * @example
   * ```ts
   * const greylisted = trap.fault({ at: 'rcpt', kind: '4xx', reply: '450 4.7.1 Greylisted', times: 1 });
   * await transport.send(email);
   * expect(greylisted.fired).toBe(1);
   * ```
   */
  fault(fault: Fault): FaultHandle;
  /** Removes all faults. Connections that already hang continue to hang. */
  clearFaults(): void;
  /**
   * Closes the idle connections, with or without a `421` reply, as servers do after a timeout. Resolves with their number when
   * both sides are closed.
   * @param how - @default 'fin'
   */
  closeIdleConnections(how?: 'fin' | '421'): Promise<number>;
  /** Resolves when `count` connections have been opened in total. */
  waitForConnections(count: number, options?: WaitOptions): Promise<void>;
  /** Resolves when all currently open connections are closed. */
  waitForConnectionClose(options?: WaitOptions): Promise<void>;
  /**
   * Resolves when the statistics satisfy the predicate.
   * @example `await trap.waitUntil((stats) => stats.commands.RCPT === 2)`
   */
  waitUntil(predicate: (stats: SmtpStats) => boolean, options?: WaitOptions): Promise<void>;
  /** Drops all connections and rejects all waits. Resolves when every socket is closed. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a real SMTP server on localhost that stores all mail, and can inject faults.
 *
 * @throws {ConfigError} if an option is not valid
 * @throws {TypeError} if `requireAuth` is set without `auth`
 * @example
 * ```ts
 * await using trap = await startSmtpTrap({ auth: { user: 'postern', pass: 'secret' } });
 * await sendWith({ host: trap.host, port: trap.port, tls: { ca: trap.certificate } });
 * const code = await trap.inbox.waitForCode('ada@example.com');
 * ```
 */
export async function startSmtpTrap(options: SmtpTrapOptions = {}): Promise<SmtpTrap> {
  const given = readOptions(optionsSchema, options, 'startSmtpTrap');
  const { host, port, tls, auth, authMethods, size, hideExtensions } = given;
  const { requireAuth = auth !== undefined } = given;
  if (requireAuth && !auth) throw new TypeError('requireAuth requires auth: set the accepted credentials.');

  const certificate = await certificateFor(given.certificate);
  const log = createSessionLog();
  const faults = createFaultPlan();
  const store = createMailStore<ReceivedEmail>((email) => email.envelope.to);

  const server = new TrapServer(
    {
      ...certificate,
      name: 'localhost',
      secure: tls === 'implicit',
      disabledCommands: [...(auth ? [] : ['AUTH']), ...(tls === 'none' ? ['STARTTLS'] : [])],
      authMethods: [...authMethods],
      authOptional: !requireAuth,
      ...(size !== undefined && { size, rejectOversized: true }),
      ...Object.fromEntries(hideExtensions.map((extension) => [`hide${extension}`, true])),
      maxAllowedUnauthenticatedCommands: false,
      disableReverseLookup: true,
      // Faults can last as long as a test needs.
      socketTimeout: LONGEST_TIMER_MS,
      logger: false,
    },
    { log, faults, auth, store: store.add },
  );
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, host, () => {
      server.server.off('error', reject);
      resolve();
    });
  });

  const address = boundAddress(server.server.address());
  const urlHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  const shutDown = async () => {
    const reason = 'The SMTP trap was closed.';
    store.close(reason);
    faults.close(reason);
    await server.shutDown();
    await log.waitForClose();
    log.close(reason);
  };
  const close = () => {
    closing ??= shutDown();
    return closing;
  };

  return {
    host: address.address,
    port: address.port,
    url: `${tls === 'implicit' ? 'smtps' : 'smtp'}://${urlHost}:${address.port}`,
    certificate: certificate.cert,
    inbox: store.inbox,
    get stats() {
      return log.stats;
    },
    get sessions() {
      return log.sessions;
    },
    fault: faults.add,
    clearFaults: faults.clear,
    async closeIdleConnections(how = 'fin') {
      const closed = server.closeIdle(how);
      // smtp-server waits 5 s for a client to close its side.
      await log.waitForClose(closed, { timeoutMs: 10_000 });
      return closed.length;
    },
    waitForConnections: (count, wait) => log.waitUntil((stats) => stats.connections >= count, wait),
    waitForConnectionClose: (wait) => log.waitForClose(undefined, wait),
    waitUntil: log.waitUntil,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function boundAddress(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('The trap has no TCP port.');
  return address;
}
