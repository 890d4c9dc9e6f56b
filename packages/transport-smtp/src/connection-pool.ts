import { MailError } from '@postern/core';
import type { SmtpSession } from './smtp-session.js';

export interface PoolOptions {
  open: (signal: AbortSignal | undefined) => Promise<SmtpSession>;
  maxConnections: number;
  /** Messages that one connection carries before it is replaced. */
  maxMessages: number;
  idleTimeoutMs: number;
}

interface Waiter {
  /** Hands over a session that became free, or `undefined`: there is room to open one. */
  grant: (session: SmtpSession | undefined) => void;
}

/** A bounded set of sessions, each lent to one message at a time; who waits longest is served first. */
export interface ConnectionPool {
  /**
   * @throws {MailError} `aborted`, or whatever opening a connection throws
   */
  acquire(signal: AbortSignal | undefined): Promise<SmtpSession>;
  /** Gives a session back; a closed one makes room for another. */
  release(session: SmtpSession): void;
  /** Says QUIT on every session. Nothing may be lent or waiting any more. */
  close(): Promise<void>;
}

export function createConnectionPool({
  open,
  maxConnections,
  maxMessages,
  idleTimeoutMs,
}: PoolOptions): ConnectionPool {
  const idle = new Map<SmtpSession, NodeJS.Timeout>();
  const waiters = new Set<Waiter>();
  const closing = new Set<Promise<void>>();
  /** Sessions that are being opened, are open or are saying QUIT. */
  let size = 0;

  /** Room for one more session: the first in line may open it. */
  const makeRoom = () => {
    size -= 1;
    const [next] = waiters;
    if (!next) return;
    size += 1;
    waiters.delete(next);
    next.grant(undefined);
  };

  /** There is room only once the socket is closed: servers count connections, too. */
  const retire = (session: SmtpSession) => {
    const done = session.quit().finally(() => {
      closing.delete(done);
      makeRoom();
    });
    closing.add(done);
  };

  const takeIdle = (): SmtpSession | undefined => {
    // The most recently used one is the least likely to be closed by the server meanwhile.
    const session = [...idle.keys()].at(-1);
    if (!session) return undefined;
    clearTimeout(idle.get(session));
    idle.delete(session);
    session.keepAlive(true);
    return session;
  };

  const putIdle = (session: SmtpSession) => {
    const timer = setTimeout(() => {
      if (idle.delete(session)) retire(session);
    }, idleTimeoutMs);
    timer.unref();
    session.keepAlive(false);
    idle.set(session, timer);
  };

  /** A session that the server closes while it is idle must not be handed out any more. */
  const watch = (session: SmtpSession) =>
    session.onClose(() => {
      const timer = idle.get(session);
      if (timer === undefined) return;
      clearTimeout(timer);
      idle.delete(session);
      makeRoom();
    });

  async function openNew(signal: AbortSignal | undefined): Promise<SmtpSession> {
    try {
      const session = await open(signal);
      watch(session);
      return session;
    } catch (error) {
      makeRoom();
      throw error;
    }
  }

  const waitForTurn = (signal: AbortSignal | undefined) =>
    new Promise<SmtpSession | undefined>((resolve, reject) => {
      const onAbort = () => {
        waiters.delete(waiter);
        reject(
          new MailError('aborted', 'The send was aborted while it waited for a connection.', {
            stage: 'pool',
          }),
        );
      };
      const waiter: Waiter = {
        grant(session) {
          signal?.removeEventListener('abort', onAbort);
          resolve(session);
        },
      };
      waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
    });

  return {
    async acquire(signal) {
      const session = takeIdle();
      if (session) return session;
      if (size < maxConnections) {
        size += 1;
        return openNew(signal);
      }
      return (await waitForTurn(signal)) ?? openNew(signal);
    },

    release(session) {
      if (!session.isOpen) return makeRoom();
      if (session.served >= maxMessages) return retire(session);
      const [next] = waiters;
      if (!next) return putIdle(session);
      waiters.delete(next);
      next.grant(session);
    },

    async close() {
      for (const [session, timer] of idle) {
        clearTimeout(timer);
        retire(session);
      }
      idle.clear();
      await Promise.all(closing);
    },
  };
}
