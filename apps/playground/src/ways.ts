import { parseSendRequest } from '@postern/core';
import { z } from 'zod';
import { postMessage } from '../examples/post-message.js';
import { type HttpApp, startExpressApp, startNestApp } from './http-app.js';
import type { Inbox } from './inbox.js';
import { startLogtoHost } from './logto-host.js';
import type { PlaygroundQueue } from './mail-queue.js';
import { ProblemError, refusal } from './problem.js';
import type { Sending } from './sending.js';
import type { SendRequest, Sent, Way } from './wire/send.js';

/** Everything that can send an email here, each started when it is first used. */
export interface Ways {
  /** @throws what the way throws; of an HTTP application, its problem document */
  send(way: Way, request: SendRequest): Promise<Sent>;
  /** The config was changed: what holds on to the former one is started anew. */
  renew(): void;
  close(): Promise<void>;
}

export interface WaysOptions {
  sending(): Sending;
  readonly queue: PlaygroundQueue;
  readonly inbox: Inbox;
  /** Ends sends that are under way. */
  readonly signal: AbortSignal;
}

/** Something that is started once, and closed if it was. */
interface Lazy<T> {
  /** `startMs`: how long starting it took, if this was the first time. */
  use<R>(act: (value: T, startMs: number | undefined) => Promise<R>): Promise<R>;
  /** Waits for whoever uses it. */
  close(): Promise<void>;
}

function lazy<T>(start: () => Promise<T>, end: (value: T) => Promise<void>): Lazy<T> {
  let starting: Promise<T> | undefined;
  const uses = new Set<Promise<unknown>>();

  async function run<R>(act: (value: T, startMs: number | undefined) => Promise<R>): Promise<R> {
    if (starting) return act(await starting, undefined);
    const startedAt = performance.now();
    starting = start();
    starting.catch(() => {
      starting = undefined;
    });
    return act(await starting, Math.round(performance.now() - startedAt));
  }

  return {
    async use(act) {
      const using = run(act);
      uses.add(using);
      try {
        return await using;
      } finally {
        uses.delete(using);
      }
    },
    async close() {
      await Promise.allSettled(uses);
      const value = await starting?.catch(() => undefined);
      if (value !== undefined) await end(value);
    },
  };
}

const problemSchema = z.looseObject({
  status: z.number(),
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  retryable: z.boolean().optional(),
});
const sentSchema = z.object({ messageId: z.string() });

/** Logto looks at nothing that a connector returns; this one returns a receipt. */
const receiptSchema = z.looseObject({
  messageId: z.string(),
  accepted: z.string(),
  transport: z.string().optional(),
  response: z.string().optional(),
  attempts: z.number().optional(),
  durationMs: z.number().optional(),
});

export function createWays({ sending, queue, inbox, signal }: WaysOptions): Ways {
  const closeApp = (app: HttpApp) => app.close();
  const express = lazy(
    () =>
      startExpressApp({
        send: (request) => sending().mailer.send(request, { signal }),
        render: (request) => sending().mailer.render(request),
        verify: () => sending().mailer.verify(),
      }),
    closeApp,
  );
  const startNest = () => lazy(() => startNestApp(sending()), closeApp);
  const startLogto = () =>
    lazy(
      () => startLogtoHost(sending().config),
      async () => {},
    );
  let nest = startNest();
  let logto = startLogto();
  let ending: Promise<unknown> = Promise.resolve();

  const sendOverHttp = (
    way: 'express' | 'nest',
    app: Lazy<HttpApp>,
    request: { readonly to: string },
  ): Promise<Outcome> =>
    app.use(async ({ url, secret }, startMs) => {
      const { status, body } = await postMessage(url, secret, request, signal).catch((error: unknown) => {
        throw signal.aborted ? refusal('shutting_down') : error;
      });
      if (status >= 400) {
        const { status: _, ...problem } = problemSchema.parse(body);
        const { code, title, detail, retryable } = problem;
        throw new ProblemError({
          ...{ status, code, title },
          ...(detail !== undefined && { detail }),
          ...(retryable !== undefined && { retryable }),
        });
      }
      const { messageId } = sentSchema.parse(body);
      inbox.label(messageId, { via: way });
      return {
        receipt: { messageId, accepted: request.to },
        http: { request: `POST ${url}/mail/messages`, status, body },
        startMs,
      };
    });

  type Outcome = Pick<Sent, 'receipt' | 'deliveryId' | 'http'> & { startMs?: number | undefined };

  async function go(way: Way, { expiresInMs, locale, ...request }: SendRequest): Promise<Outcome> {
    const expiresAt = expiresInMs === undefined ? undefined : new Date(Date.now() + expiresInMs);
    const wanted = { ...request, ...(locale && { locale }), ...(expiresAt && { expiresAt }) };
    switch (way) {
      case 'core': {
        const receipt = await sending().mailer.send(parseSendRequest(wanted), { signal });
        inbox.label(receipt.messageId, { via: way });
        return { receipt };
      }
      case 'express':
        return sendOverHttp(way, express, wanted);
      case 'nest':
        return sendOverHttp(way, nest, wanted);
      case 'logto':
        return logto.use(async (host, startMs) => {
          const { to, type, payload } = request;
          // Logto has the language in the payload.
          const sent = await host.send({ to, type, payload: { ...payload, ...(locale && { locale }) } });
          const receipt = receiptSchema.parse(sent);
          inbox.label(receipt.messageId, { type, via: way });
          return { receipt, startMs };
        });
      case 'queue': {
        const [deliveryId] = await queue.enqueue([parseSendRequest(wanted)]);
        return deliveryId === undefined ? {} : { deliveryId };
      }
    }
  }

  return {
    async send(way, request) {
      const startedAt = performance.now();
      const { startMs, ...outcome } = await go(way, request);
      const totalMs = Math.round(performance.now() - startedAt);
      return { way, ...outcome, timings: { totalMs, ...(startMs !== undefined && { startMs }) } };
    },
    renew() {
      ending = Promise.all([ending, nest.close(), logto.close()]);
      nest = startNest();
      logto = startLogto();
    },
    async close() {
      await Promise.all([ending, express.close(), nest.close(), logto.close()]);
    },
  };
}
