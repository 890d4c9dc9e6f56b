import * as z from 'zod';
import { createHealthCheck } from './health.js';
import { respond, respondJson } from './http-message.js';
import type { ParsedOptions } from './mail-handler-options.js';
import { ProblemError, problemResponse } from './problem.js';
import { defineRoute, type Route } from './route.js';

const healthSchema = z.object({ status: z.literal('pass') }).meta({ id: 'Health' });

export function serviceRoutes(
  { mailer, healthIntervalMs, clock, logger }: ParsedOptions,
  openApi: () => string,
): readonly Route[] {
  const check = createHealthCheck(mailer, { intervalMs: healthIntervalMs, clock, logger });
  return [
    defineRoute({
      method: 'GET',
      path: '/health',
      operationId: 'getHealth',
      access: 'public',
      summary: 'Reports whether emails can be sent: the mail server accepts connections and the login.',
      answers: { 200: { description: 'Emails can be sent.', schema: healthSchema } },
      problems: ['mail_server_unavailable'],
      async handle() {
        // The check logs the reason once as `http.unhealthy`.
        if (!(await check()))
          return problemResponse(new ProblemError('mail_server_unavailable', { retryable: true }));
        return respondJson(200, { status: 'pass' });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      access: 'public',
      summary: 'Returns this OpenAPI document.',
      answers: { 200: { description: 'OpenAPI 3.1.', contentType: 'application/json' } },
      problems: [],
      handle: async () => respond(200, { type: 'application/json; charset=utf-8', body: openApi() }),
    }),
  ];
}
