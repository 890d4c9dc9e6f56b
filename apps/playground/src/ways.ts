import { readFile } from 'node:fs/promises';
import { parseSendRequest } from '@postern/core';
import { z } from 'zod';
import { type HttpApp, startExpressApp, startNestApp } from './http-app.js';
import type { Inbox } from './inbox.js';
import { type Lazy, lazy } from './lazy.js';
import { startLogtoHost } from './logto-host.js';
import type { PlaygroundQueue } from './mail-queue.js';
import { ProblemError, refusal } from './problem.js';
import type { Sending } from './sending.js';
import { type SendRequest, type Sent, WAYS, type Way, type WayDescription } from './wire/send.js';

const SENDING = ['@postern/core', '@postern/transport'];

const DESCRIPTIONS: Readonly<
  Record<Way, Pick<WayDescription, 'title' | 'description' | 'packages'> & { readonly files: string[] }>
> = {
  core: {
    title: 'Core',
    description: 'Your code renders the template, sends the email to the mail server, and gets a receipt.',
    packages: SENDING,
    files: ['core.ts'],
  },
  express: {
    title: 'Express router',
    description: 'Your Express app has routes for emails. Another service posts to them.',
    packages: ['@postern/adapter-express', ...SENDING, 'express'],
    files: ['express.ts', 'post-message.ts'],
  },
  nest: {
    title: 'NestJS module',
    description: 'Your Nest app has the same routes, and services to inject.',
    packages: ['@postern/adapter-nestjs', ...SENDING, '@nestjs/common', '@nestjs/core', 'reflect-metadata'],
    files: ['nest.ts', 'post-message.ts'],
  },
  logto: {
    title: 'Logto connector',
    description: 'Postern replaces Logto’s SMTP connector and uses the same config. You write no code.',
    packages: [],
    files: ['logto.sh'],
  },
  queue: {
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
  const express = lazy(
    () =>
      startExpressApp({
        send: (request) => sending().mailer.send(request, { signal }),
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

  const sendOverHttp = (way: Way, app: Lazy<HttpApp>, message: { readonly to: string }) =>
    app.use(async ({ url, secret }): Promise<Sent> => {
      const address = `${url}/mail/messages`;
      const response = await fetch(address, {
        method: 'POST',
        headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(message),
        signal,
      }).catch((error: unknown) => {
        throw signal.aborted ? refusal('shutting_down') : error;
      });
      const { status } = response;
      const body: unknown = await response.json();
      if (!response.ok) throw new ProblemError({ ...problemSchema.parse(body), status });
      const { messageId } = sentSchema.parse(body);
      inbox.label(messageId, { via: way });
      return {
        way,
        receipt: { messageId, accepted: message.to },
        http: { request: `POST ${address}`, status, body },
      };
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
