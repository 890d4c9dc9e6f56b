import { samplePayload } from '@postern/config-tools';
import { parseSendRequest, type SendRequest } from '@postern/core';
import { Router } from 'express';
import type { AttemptLog } from '../attempt-log.js';
import type { PlaygroundQueue } from '../mail-queue.js';
import { refusal } from '../problem.js';
import { readBody, readQuery } from '../request-input.js';
import { SAMPLE_RECIPIENT } from '../sample-emails.js';
import {
  attemptsQuerySchema,
  type ChangedDelivery,
  deliveriesQuerySchema,
  type EnqueuedDeliveries,
  enqueueRequestSchema,
  type MetricsSeries,
} from '../wire/delivery.js';

export interface DeliveriesOptions {
  readonly queue: PlaygroundQueue;
  readonly attempts: AttemptLog;
}

export function deliveriesRoutes({ queue, attempts }: DeliveriesOptions): Router {
  const router = Router();
  let recipients = 0;
  /** A new code for the same address would supersede one that is still queued. */
  const nextRecipient = () => {
    recipients += 1;
    return `load-${recipients}@example.com`;
  };
  const orNothing = <T>(found: T | undefined): T => {
    if (found === undefined) throw refusal('not_found', { detail: 'The delivery does not exist.' });
    return found;
  };

  router.get('/deliveries', async (request, response) => {
    response.json(await queue.list(readQuery(deliveriesQuerySchema, request)));
  });

  router.post('/deliveries', async (request, response) => {
    const { count, to, type, locale, payload, expiresInMs } = readBody(enqueueRequestSchema, request);
    const expiresAt = expiresInMs === undefined ? undefined : new Date(Date.now() + expiresInMs);
    const requests = Array.from(
      { length: count },
      (): SendRequest =>
        parseSendRequest({
          to: count === 1 ? (to ?? SAMPLE_RECIPIENT) : nextRecipient(),
          type,
          locale,
          expiresAt,
          payload: payload ?? samplePayload(type),
        }),
    );
    const enqueued: EnqueuedDeliveries = { ids: await queue.enqueue(requests) };
    response.status(202).json(enqueued);
  });

  router.get('/deliveries/:id', async (request, response) => {
    response.json(orNothing(await queue.find(request.params.id)));
  });

  router.post('/deliveries/:id/:change', async (request, response) => {
    const { id, change } = request.params;
    if (change !== 'retry' && change !== 'cancel') throw refusal('not_found');
    const changed: ChangedDelivery = { isChanged: orNothing(await queue[change](id)) };
    response.json(changed);
  });

  router.get('/attempts', (request, response) => {
    response.json(attempts.of(readQuery(attemptsQuerySchema, request).messageId));
  });

  router.get('/metrics', (_request, response) => {
    const series: MetricsSeries = { seconds: attempts.seconds() };
    response.json(series);
  });
  return router;
}
