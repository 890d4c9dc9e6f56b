import dns from 'node:dns';
import { silentLogger } from '@postern/core';
import type { ServerConfig } from '../config/well-known-service.js';
import type { SmtpLogin } from '../connection/login.js';
import { openSession, type SmtpSession } from '../connection/session.js';
import type { ConnectionObserver } from '../connection/session-options.js';
import type { Lookup } from '../connection/socket.js';

/** The limits of all attempts in one diagnosis. */
export interface AttemptLimits {
  lookup: Lookup | undefined;
  plaintextAuth: 'refuse' | 'warn';
  /** The caller's signal. Failures after it are ignored. `deadline` ends the attempts. */
  signal: AbortSignal | undefined;
  /** Ends the whole diagnosis, when its time is up or the caller no longer waits. */
  deadline: AbortSignal;
}

/** A session whose commands end at the deadline. */
export interface WatchedSession extends Pick<SmtpSession, 'mechanisms'> {
  askSender(from: string, to: string | undefined): Promise<string>;
  askRecipient(to: string): Promise<string>;
  quit(): Promise<void>;
}

export interface AttemptObserver extends Partial<ConnectionObserver> {
  onLookedUp?: (addresses: readonly { address: string; family: number }[]) => void;
}

/** The abort reason of a deadline, as in `AbortSignal.timeout()`, so that the transport reports a timeout. */
export const timeIsUp = () => new DOMException('The deadline passed.', 'TimeoutError');

/**
 * Opens a session as the transport does, with a deadline and an observer.
 *
 * @throws {MailError} like the transport; `timeout` with the current stage at the deadline
 */
export async function attemptConnection(
  server: ServerConfig,
  login: SmtpLogin | undefined,
  { lookup = dns.lookup, plaintextAuth, deadline }: AttemptLimits,
  observer: AttemptObserver = {},
): Promise<WatchedSession> {
  /** Reports the addresses of a lookup. */
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
