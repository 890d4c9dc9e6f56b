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
  stepTimeoutMs: number;
  plaintextAuth: 'refuse' | 'warn';
  /** The caller has had enough: what fails from then on is nobody's fault. `deadline` ends it. */
  signal: AbortSignal | undefined;
  /** Time is up for the whole diagnosis, or nobody waits for it any more. */
  deadline: AbortSignal;
}

/** A session with a deadline for every question. */
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

/** Longer than any diagnosis: the time-outs of the steps come first. */
const NO_TIMEOUT = 24 * 60 * 60 * 1000;

/**
 * Opens a session exactly as the transport does, but with a deadline for every step, and with someone watching.
 *
 * @throws {MailError} as the transport; `timeout` at the stage that took too long
 */
export async function attemptConnection(
  server: ServerConfig,
  login: SmtpLogin | undefined,
  { lookup = dns.lookup, stepTimeoutMs, plaintextAuth, deadline }: AttemptLimits,
  observer: AttemptObserver = {},
): Promise<WatchedSession> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(timeIsUp()), stepTimeoutMs);
  let isOver = false;
  /** One step is done, the next begins. */
  const restart = () => {
    if (!isOver) timer.refresh(); // a timer that was cleared would run again
  };
  const end = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const stop = AbortSignal.any([late.signal, deadline]);

  /** Node asks for all addresses, as it tries them in turn. */
  const watchedLookup: Lookup = (hostname, options, callback) =>
    lookup(hostname, options, (error, address, family) => {
      restart();
      if (!error) {
        const addresses = Array.isArray(address) ? address : [{ address, family: family ?? 4 }];
        observer.onLookedUp?.(addresses);
      }
      callback(error, address, family);
    });

  try {
    const session = await openSession(
      {
        config: {
          ...server,
          connectionTimeout: NO_TIMEOUT,
          greetingTimeout: NO_TIMEOUT,
          socketTimeout: NO_TIMEOUT,
          dnsTimeout: NO_TIMEOUT,
        },
        login,
        plaintextAuth,
        missingAuth: 'refuse',
        lookup: watchedLookup,
        logger: silentLogger,
        warnOnce: () => {},
        observer: {
          onConnected: (socket) => {
            restart();
            observer.onConnected?.(socket);
          },
          onSecured: () => {
            restart();
            observer.onSecured?.();
          },
          onReply: (stage, reply) => {
            restart();
            observer.onReply?.(stage, reply);
          },
        },
      },
      stop,
    );
    session.onClose(end);
    return {
      mechanisms: session.mechanisms,
      askSender: (from, to) => session.askSender(from, to, stop),
      askRecipient: (to) => session.askRecipient(to, stop),
      quit: () => session.quit(),
    };
  } catch (error) {
    end();
    throw error;
  }
}
