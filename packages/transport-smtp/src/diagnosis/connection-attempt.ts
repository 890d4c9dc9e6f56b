import dns from 'node:dns';
import { silentLogger } from '@postern/core';
import type { ServerConfig } from '../config/well-known-service.js';
import type { SmtpLogin } from '../connection/login.js';
import { openSession, type SmtpSession } from '../connection/session.js';
import type { ConnectionObserver } from '../connection/session-options.js';
import type { Lookup } from '../connection/socket.js';

/** What every attempt of one diagnosis has in common. */
export interface AttemptLimits {
  lookup: Lookup | undefined;
  plaintextAuth: 'refuse' | 'warn';
  /** The caller has had enough: what fails from then on is nobody's fault. `deadline` ends it. */
  signal: AbortSignal | undefined;
  /** Time is up for the whole diagnosis, or nobody waits for it any more. */
  deadline: AbortSignal;
}

/** A session whose questions end at the deadline. */
export interface WatchedSession extends Pick<SmtpSession, 'mechanisms'> {
  askSender(from: string, to: string | undefined): Promise<string>;
  askRecipient(to: string): Promise<string>;
  quit(): Promise<void>;
}

export interface AttemptObserver extends Partial<ConnectionObserver> {
  onLookedUp?: (addresses: readonly { address: string; family: number }[]) => void;
}

/** Why a step ends early, as `AbortSignal.timeout()` says it: the transport reports a time-out then. */
export const timeIsUp = () => new DOMException('The time is up.', 'TimeoutError');

/**
 * Opens a session as the transport does, until the deadline, and with an observer.
 *
 * @throws {MailError} as the transport; `timeout` at the stage that was under way at the deadline
 */
export async function attemptConnection(
  server: ServerConfig,
  login: SmtpLogin | undefined,
  { lookup = dns.lookup, plaintextAuth, deadline }: AttemptLimits,
  observer: AttemptObserver = {},
): Promise<WatchedSession> {
  /** Node asks for all addresses, as it tries them in turn. */
  const watchedLookup: Lookup = (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      if (!error) {
        const addresses = Array.isArray(address) ? address : [{ address, family: family ?? 4 }];
        observer.onLookedUp?.(addresses);
      }
      callback(error, address, family);
    });

  const session = await openSession(
    {
      config: server,
      login,
      plaintextAuth,
      missingAuth: 'refuse',
      lookup: watchedLookup,
      logger: silentLogger,
      warnOnce: () => {},
      observer: { onConnected() {}, onSecured() {}, onReply() {}, ...observer },
    },
    deadline,
  );
  return {
    mechanisms: session.mechanisms,
    askSender: (from, to) => session.askSender(from, to, deadline),
    askRecipient: (to) => session.askRecipient(to, deadline),
    quit: () => session.quit(),
  };
}
