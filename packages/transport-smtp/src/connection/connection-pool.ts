import { setTimeout as wait } from 'node:timers/promises';
import { hasTimedOut, MailError } from '@postern/core';
import type { SmtpMessage } from '../message/smtp-message.js';
import type { SmtpSession } from './session.js';

export interface PoolOptions {
  open: (request: SessionRequest) => Promise<SmtpSession>;
  maxConnections: number;
  /** Messages that one connection carries before it is replaced. */
  maxMessages: number;
  idleTimeoutMs: number;
  /** Messages that may wait for a session. */
  maxWaiting: number;
}

/** A request for a session. */
interface SessionRequest {
  signal: AbortSignal | undefined;
  /** The message to send. */
  message?: SmtpMessage;
}

/**
 * Servers count a connection for a moment after it closes. Postfix and Exim count it until its process ends. So a refusal right
 * after a connection closed is not final. These are the waits before each further attempt, in milliseconds.
 */
const RECOUNT_PAUSES = [50, 200, 800];
const RECOUNT_TIME = 2000;

interface Waiter {
  /** The error of a refused connection for this message, if any. */
  refusal?: unknown;
  /** Hands over a free session, or `undefined` if there is room to open one. */
  grant: (session: SmtpSession | undefined) => void;
  fail: (reason: unknown) => void;
}

/**
 * A bounded set of sessions. Each one carries one message at a time. The pool grows when a message finds no idle session. If the
 * server refuses another connection, the pool stops growing, and messages wait for the open sessions.
 */
export interface ConnectionPool {
  /**
   * Messages get a session in the order of their requests.
   *
   * @throws {MailError} `aborted`, `timeout`, `rate_limited` if too many messages wait, or the connection error if no other
   * connection is open
   */
  acquire(request: SessionRequest): Promise<SmtpSession>;
  /** Returns a session. A closed one makes room for another. */
  release(session: SmtpSession): void;
  /** Sends QUIT on every session. Call it when no session is in use and no message waits. */
  close(): Promise<void>;
}

export function createConnectionPool({
  open,
  maxConnections,
  maxMessages,
  idleTimeoutMs,
  maxWaiting,
}: PoolOptions): ConnectionPool {
  const idle = new Map<SmtpSession, NodeJS.Timeout>();
  const waiters: Waiter[] = [];
  const closing = new Set<Promise<void>>();
  /** The number of sessions that are opening, open, or closing. */
  let size = 0;
  /** The number of connections that the server seems to accept. */
  let limit = maxConnections;
  /** When a session was last closed, by `performance.now()`. */
  let closedAt = Number.NEGATIVE_INFINITY;

  const makeRoom = () => {
    size -= 1;
    if (size === 0) limit = maxConnections;
    if (size >= limit) return;
    const next = waiters.shift();
    if (!next) return;
    size += 1;
    next.grant(undefined);
  };

  /** Fails the refused messages when there are no other sessions to wait for. */
  const failRefused = () => {
    const refused = waiters.filter(({ refusal }) => refusal !== undefined);
    for (const waiter of refused) waiter.fail(waiter.refusal);
  };

  const retire = (session: SmtpSession) => {
    const done = session.quit().finally(() => closing.delete(done));
    closing.add(done);
  };

  const takeIdle = (): SmtpSession | undefined => {
    // The server is least likely to have closed the most recently used session.
    const session = [...idle.keys()].findLast(({ isOpen }) => isOpen);
    if (!session) return undefined;
    clearTimeout(idle.get(session));
    idle.delete(session);
    session.keepAlive(true);
    return session;
  };

  const putIdle = (session: SmtpSession) => {
    const timer = setTimeout(() => {
      if (!idle.delete(session)) return;
      limit = maxConnections;
      retire(session);
    }, idleTimeoutMs);
    timer.unref();
    session.keepAlive(false);
    idle.set(session, timer);
  };

  /** Makes room only when the socket is closed, because servers count connections too. */
  const watch = (session: SmtpSession) =>
    session.onClose(() => {
      clearTimeout(idle.get(session));
      idle.delete(session);
      closedAt = performance.now();
      makeRoom();
    });

  async function openPatiently(request: SessionRequest): Promise<SmtpSession> {
    for (const pause of RECOUNT_PAUSES) {
      try {
        return await open(request);
      } catch (error) {
        const isRecent = performance.now() - closedAt < RECOUNT_TIME;
        if (size > 1 || !isRecent || !isRefusedForNow(error)) throw error;
        await wait(pause, undefined, { signal: request.signal }).catch(() => {});
      }
    }
    return open(request);
  }

  async function openNew(request: SessionRequest): Promise<SmtpSession> {
    const { signal } = request;
    try {
      const session = await openPatiently(request);
      watch(session);
      return session;
    } catch (error) {
      const isAlone = size === 1;
      if (!isAlone && !signal?.aborted) limit = size - 1;
      if (isAlone && !signal?.aborted) failRefused();
      makeRoom();
      if (isAlone || signal?.aborted) throw error;
      return acquire(request, error);
    }
  }

  /** A refused message has waited longest, so it goes to the front. */
  const waitForTurn = (signal: AbortSignal | undefined, refusal: unknown) =>
    new Promise<SmtpSession | undefined>((resolve, reject) => {
      const leave = () => {
        signal?.removeEventListener('abort', onAbort);
        const position = waiters.indexOf(waiter);
        if (position >= 0) waiters.splice(position, 1);
      };
      const waiter: Waiter = {
        ...(refusal !== undefined && { refusal }),
        grant(session) {
          leave();
          resolve(session);
        },
        fail(reason) {
          leave();
          reject(reason);
        },
      };
      const onAbort = () => waiter.fail(stoppedWaiting(signal));
      if (refusal === undefined) waiters.push(waiter);
      else waiters.unshift(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
    });

  async function acquire(request: SessionRequest, refusal?: unknown): Promise<SmtpSession> {
    const session = takeIdle();
    if (session) return session;
    if (size < limit) {
      size += 1;
      return openNew(request);
    }
    if (refusal === undefined && waiters.length >= maxWaiting) throw lineIsFull(waiters.length);
    return (await waitForTurn(request.signal, refusal)) ?? openNew(request);
  }

  return {
    acquire: (request) => acquire(request),

    release(session) {
      if (!session.isOpen) return;
      if (session.served >= maxMessages || session.isWornOut) {
        // The server may accept more connections again.
        limit = Math.min(limit + 1, maxConnections);
        return retire(session);
      }
      const next = waiters.shift();
      if (next) next.grant(session);
      else putIdle(session);
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

const lineIsFull = (length: number) =>
  new MailError('rate_limited', `${length} emails are already waiting for a connection to the server.`, {
    stage: 'pool',
    attempts: 0,
    hint: 'Send later. If this keeps happening, use a queue, or raise maxConnections if the server accepts more connections.',
  });

const isRefusedForNow = (error: unknown) =>
  error instanceof MailError &&
  error.retryable &&
  error.stage === 'greeting' &&
  error.responseCode !== undefined;

const stoppedWaiting = (signal: AbortSignal | undefined) =>
  hasTimedOut(signal)
    ? new MailError('timeout', 'No connection to the server became available in time.', {
        stage: 'pool',
        hint: 'The server is slow, or many emails are waiting. Raise maxConnections if the server accepts more connections.',
      })
    : new MailError('aborted', 'The send was aborted while waiting for a connection.', { stage: 'pool' });
