import { readFile } from 'node:fs/promises';
import { parseSendRequest, type Receipt } from '@postern/core';
import { z } from 'zod';
import { type HttpApp, startExpressApp, startNestApp } from './http-app.js';
import type { Inbox } from './inbox.js';
import { type Lazy, lazy } from './lazy.js';
import { startLogtoHost } from './logto-host.js';
import type { PlaygroundQueue } from './mail-queue.js';
import { ProblemError, refusal } from './problem.js';
import type { Sending } from './sending.js';
import { type SupabaseEmail, supabaseCall } from './supabase-call.js';
import {
  type HttpExchange,
  type SendRequest,
  type Sent,
  WAYS,
  type Way,
  type WayDescription,
} from './wire/send.js';

const SENDING = ['@postern/core', '@postern/transport'];

const DESCRIPTIONS: Readonly<
  Record<Way, Omit<WayDescription, 'way' | 'code'> & { readonly files: string[] }>
> = {
  core: {
    label: 'Core',
    title: 'Core',
    description: 'Your code renders the template, sends the email to the mail server, and gets a receipt.',
    packages: SENDING,
    files: ['core.ts'],
  },
  express: {
    label: 'Express',
    title: 'Express router',
    description: 'Your Express app has routes for emails. Another service posts to them.',
    packages: ['@postern/adapter-express', ...SENDING, 'express'],
    files: ['express.ts', 'post-message.ts'],
  },
  nest: {
    label: 'Nest',
    title: 'NestJS module',
    description: 'Your Nest app has the same routes, and services to inject.',
    packages: ['@postern/adapter-nestjs', ...SENDING, '@nestjs/common', '@nestjs/core', 'reflect-metadata'],
    files: ['nest.ts', 'post-message.ts'],
  },
  webhook: {
    label: 'Webhook',
    title: 'Supabase webhook',
    description:
      'Supabase calls a webhook in your Express app. The call contains the code, the link, and the language.',
    packages: ['@postern/adapter-webhooks', '@postern/adapter-express', ...SENDING, 'express'],
    files: ['webhook.ts'],
  },
  logto: {
    label: 'Logto',
    title: 'Logto connector',
    description: 'Postern replaces Logto’s SMTP connector and uses the same config. You write no code.',
    packages: [],
    files: ['logto.sh'],
  },
  queue: {
    label: 'Queue',
    title: 'Queue',
    description:
      'The queue stores the email first. A worker sends it, and retries if the failure is temporary.',
    packages: ['@postern/queue', ...SENDING, '@electric-sql/pglite'],
    files: ['queue.ts'],
  },
};

/** The same path from `src` and from `dist`. */
const readExample = (file: string) => readFile(new URL(`../examples/${file}`, import.meta.url), 'utf8');

/** Every delivery path, with the code to write for it. */
export const describeWays = (): Promise<WayDescription[]> =>
  Promise.all(
    WAYS.map(async (way) => {
      const { files, ...description } = DESCRIPTIONS[way];
      const code = files.map(async (file) => ({ file, text: await readExample(file) }));
      return { way, ...description, code: await Promise.all(code) };
    }),
  );

/** Sends through each delivery path. The first use starts its application. */
export interface Ways {
  /** @throws the error of the way, or the problem document of its HTTP application */
  send(way: Way, request: SendRequest): Promise<Sent>;
  /** Restarts what uses the previous config. */
  renew(): void;
  close(): Promise<void>;
}

export interface WaysOptions {
  sending(): Sending;
  readonly queue: PlaygroundQueue;
  readonly inbox: Inbox;
  /** Aborts current sends. */
  readonly signal: AbortSignal;
}

const problemSchema = z.looseObject({
  status: z.number(),
  code: z.string(),
  title: z.string(),
  detail: z.string().exactOptional(),
  retryable: z.boolean().exactOptional(),
});
const sentSchema = z.object({ messageId: z.string() });

/** Logto ignores the result of a connector. Postern's connector returns a receipt. */
const receiptSchema = z.looseObject({ messageId: z.string(), accepted: z.string() });

export function createWays({ sending, queue, inbox, signal }: WaysOptions): Ways {
  const closeApp = (app: HttpApp) => app.close();
  /** The sends of the webhook, whose response contains no Message-ID. */
  const sends = new Map<string | undefined, Promise<Receipt>>();
  const express = lazy(
    () =>
      startExpressApp({
        send(request) {
          const sent = sending().mailer.send(request, { signal });
          if (request.idempotencyKey) sends.set(request.idempotencyKey, sent);
          return sent;
        },
        render: (request) => sending().mailer.render(request),
        deliver: (email) => sending().mailer.deliver(email, { signal }),
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

  async function post(
    address: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<HttpExchange> {
    const response = await fetch(address, {
      method: 'POST',
      headers,
      body,
      signal,
    }).catch((error: unknown) => {
      throw signal.aborted ? refusal('shutting_down') : error;
    });
    const text = await response.text();
    return {
      request: `POST ${address}`,
      requestBody: JSON.parse(body),
      status: response.status,
      ...(text !== '' && { responseBody: JSON.parse(text) }),
    };
  }

  const sendOverHttp = (way: Way, app: Lazy<HttpApp>, message: { readonly to: string }) =>
    app.use(async ({ url, secret }): Promise<Sent> => {
      const headers = { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' };
      const http = await post(`${url}/mail/messages`, headers, JSON.stringify(message));
      const { status, responseBody } = http;
      if (status >= 400) throw new ProblemError({ ...problemSchema.parse(responseBody), status });
      const { messageId } = sentSchema.parse(responseBody);
      inbox.label(messageId, { via: way });
      return { way, receipt: { messageId, accepted: message.to }, http };
    });

  const sendOverWebhook = (message: SupabaseEmail) =>
    express.use(async ({ url, secret }): Promise<Sent> => {
      const { headers, body, key } = supabaseCall(message, secret);
      const http = await post(`${url}/webhooks/supabase`, headers, body);
      const sent = sends.get(key);
      sends.delete(key);
      if (!sent) throw new Error(`The webhook responded with status ${http.status}.`);
      const receipt = await sent;
      inbox.label(receipt.messageId, { via: 'webhook' });
      return { way: 'webhook', receipt, http };
    });

  return {
    async send(way, { expiresInMs, locale, ...request }) {
      const expiresAt = expiresInMs === undefined ? undefined : new Date(Date.now() + expiresInMs);
      const wanted = { ...request, ...(locale && { locale }), ...(expiresAt && { expiresAt }) };
      switch (way) {
        case 'core': {
          const receipt = await sending().mailer.send(parseSendRequest(wanted), { signal });
          inbox.label(receipt.messageId, { via: way });
          return { way, receipt };
        }
        case 'express':
          return sendOverHttp(way, express, wanted);
        case 'nest':
          return sendOverHttp(way, nest, wanted);
        case 'webhook':
          return sendOverWebhook({ ...request, ...(locale && { locale }) });
        case 'logto':
          return logto.use(async (host) => {
            const { to, type, payload } = request;
            // Logto passes the language in the payload.
            const sent = await host.send({ to, type, payload: { ...payload, ...(locale && { locale }) } });
            const receipt = receiptSchema.parse(sent);
            inbox.label(receipt.messageId, { type, via: way });
            return { way, receipt };
          });
        case 'queue': {
          const [deliveryId] = await queue.enqueue([parseSendRequest(wanted)]);
          return { way, ...(deliveryId !== undefined && { deliveryId }) };
        }
      }
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
