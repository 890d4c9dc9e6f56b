import { fileURLToPath } from 'node:url';
import { type ConnectorConfig, MailError, type Mailer, parseSendRequest } from '@postern/core';
import express, { type Express } from 'express';
import { z } from 'zod';
import type { Delivery } from './delivery.js';
import { sendPreview } from './email-preview.js';
import { sendError } from './error-response.js';
import type { EventStream } from './event-stream.js';
import type { LazyQueue } from './lazy-queue.js';
import type { LogtoHost } from './logto-host.js';
import { createMailApi } from './mail-api.js';
import type { MailList } from './mail-list.js';
import { requireJson, requireOwnHost, secureHeaders } from './request-guard.js';
import { SAMPLE_RECIPIENT, samplePayload } from './sample-emails.js';

/** The same place from `src` and from `dist`. */
const PAGE = fileURLToPath(new URL('../page/', import.meta.url));

export interface PlaygroundServerOptions {
  readonly config: ConnectorConfig;
  readonly delivery: Pick<Delivery, 'mode' | 'server'>;
  readonly mailer: Mailer;
  /** The other way to the same place: through the drop-in connector. */
  readonly logto: LogtoHost | undefined;
  /** Another: first into a queue. */
  readonly queue: LazyQueue;
  readonly mails: MailList;
  readonly events: EventStream;
  /** Ends sends that are under way. */
  readonly signal: AbortSignal;
}

/** The page and its API. */
export function createPlaygroundServer(options: PlaygroundServerOptions): Express {
  const { config, delivery, mailer, logto, queue, mails, events, signal } = options;
  const app = express();
  const mailApi = createMailApi({ ...mailer, send: (request) => mailer.send(request, { signal }) });

  async function send(request: Record<string, unknown>) {
    return mailer.send(parseSendRequest(request), { signal });
  }

  async function sendThroughLogto(request: Record<string, unknown>) {
    if (!logto) throw new MailError('payload_invalid', 'There is no Logto here.', { stage: 'payload' });
    const { to, type, locale, payload } = request;
    const receipt = receiptSchema.parse(await logto.send({ to, type, payload: withLocale(payload, locale) }));
    mails.label(receipt.messageId, { type: String(type), via: 'logto' });
    return receipt;
  }

  async function sendThroughExpress(request: Record<string, unknown>, port: number | undefined) {
    const startedAt = performance.now();
    const { messageId } = await mailApi.send(`http://127.0.0.1:${port}/mail`, request);
    mails.label(messageId, { type: String(request.type), via: 'express' });
    const durationMs = Math.round(performance.now() - startedAt);
    return { accepted: String(request.to), messageId, response: 'POST /mail/messages: 200', durationMs };
  }

  app.disable('x-powered-by');
  app.use(requireOwnHost, secureHeaders);
  app.use(
    express.static(PAGE, {
      cacheControl: false,
      setHeaders: (response) => void response.set('Cache-Control', 'no-cache'),
    }),
  );

  app.use('/mail', mailApi.router);

  const api = express.Router();
  api.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  api.get('/config', (_request, response) => {
    response.json(describeConfig(config, delivery, logto !== undefined));
  });
  api.get('/events', events.open);
  api.get('/emails', (_request, response) => {
    response.json({ emails: mails.summaries() });
  });
  api.get('/emails/:id', (request, response, next) => {
    const email = mails.find(Number(request.params.id));
    if (email) response.json(email);
    else next();
  });
  api.get('/emails/:id/preview', (request, response, next) => {
    const html = mails.find(Number(request.params.id))?.html;
    if (html === undefined) next();
    else sendPreview(response, html);
  });
  api.post('/emails', requireJson, express.json(), async (request, response) => {
    const { via, ...wanted }: Record<string, unknown> = request.body ?? {};
    switch (via) {
      case 'queue':
        return void response.status(202).json(await queue.enqueue(parseSendRequest(wanted)));
      case 'express':
        return void response.status(201).json(await sendThroughExpress(wanted, request.socket.localPort));
      case 'logto':
        return void response.status(201).json(await sendThroughLogto(wanted));
      default:
        response.status(201).json(await send(wanted));
    }
  });
  api.get('/deliveries/:id', async (request, response, next) => {
    const delivery = await queue.status(request.params.id);
    if (delivery) response.json(delivery);
    else next();
  });
  app.use('/api', api);

  app.use((_request, response) => {
    response.status(404).json({ code: 'not_found', message: 'There is nothing here.' });
  });
  app.use(sendError);
  return app;
}

/** Logto looks at nothing that a connector returns; this one returns a receipt. */
const receiptSchema = z.object({ messageId: z.string() }).passthrough();

/** Logto has the language in the payload. */
const withLocale = (payload: unknown, locale: unknown) =>
  locale && typeof payload === 'object' ? { ...payload, locale } : payload;

/** What the form needs to know; no credentials. */
function describeConfig(
  { templates, fromEmail, defaultLocale }: ConnectorConfig,
  { mode, server }: Pick<Delivery, 'mode' | 'server'>,
  hasLogto: boolean,
) {
  const types = [...new Set(templates.map(({ usageType }) => usageType))];
  return {
    mode,
    server,
    fromEmail,
    ...(defaultLocale !== undefined && { defaultLocale }),
    recipient: SAMPLE_RECIPIENT,
    hasLogto,
    usageTypes: types.map((type) => ({
      type,
      locales: templates.flatMap(({ usageType, locale }) => (usageType === type && locale ? [locale] : [])),
      payload: samplePayload(type),
    })),
  };
}
