import { parseSendRequest } from '@postern/core';
import * as z from 'zod';
import { type HttpRequest, respondJson } from './http-message.js';
import { acceptedLocalesOf, localeSchema as locale } from './locale.js';
import type { ParsedOptions } from './mail-handler-options.js';
import { createMessageSender } from './message-sender.js';
import type { ProblemCode } from './problem.js';
import { defineRoute, type Route } from './route.js';

const to = z
  .string('must be a string')
  .max(1000, 'is too long')
  .meta({ examples: ['ada@example.com'] });
const type = z
  .string('must be a string')
  .min(1, 'must not be empty')
  .max(200, 'is too long')
  .meta({ examples: ['SignIn'] });
const payload = z
  .record(z.string(), z.unknown(), 'must be an object with the variables of the template')
  .meta({ examples: [{ code: '482913' }] });

const contextText = z.string('must be a string').max(2000, 'is too long').nullish();
const time = z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time' }).nullish();
const requestContext = z
  .object(
    {
      ...{ userAgent: contextText, device: contextText, ip: contextText, place: contextText },
      ...{ time, timeZone: contextText },
    },
    'must be an object',
  )
  .meta({ description: 'The browser, location, time, and IP address that the email shows.' });

const messageSchema = z
  .object(
    {
      to,
      type,
      payload,
      locale,
      ip: z.string('must be a string').max(100, 'is too long').nullish(),
      requestContext: requestContext.nullish(),
      expiresAt: time,
      idempotencyKey: z
        .string('must be a string')
        .min(1, 'must not be empty')
        .max(500, 'is too long')
        .nullish(),
    },
    'must be an object with to, type, and payload',
  )
  .meta({ id: 'Message', description: 'An email to one recipient.' });

const testSchema = z
  .object(
    { to, type: type.default('Generic'), payload: payload.default({ code: '000000' }), locale },
    'must be an object with to',
  )
  .meta({ id: 'TestMessage', description: 'A test email to one recipient.' });

const sentSchema = z
  .object({ messageId: z.string() })
  .meta({ id: 'SentMessage', description: 'The Message-ID of the email that the mail server accepted.' });
const queuedSchema = z
  .object({ id: z.string() })
  .meta({ id: 'QueuedMessage', description: 'The ID of the email in the queue.' });

/** Problems before the response if the mail server replies later. */
const RENDER_PROBLEMS = [
  'recipient_invalid',
  'payload_invalid',
  'template_not_found',
  'sending_misconfigured',
] as const satisfies readonly ProblemCode[];

const QUEUE_PROBLEMS = [
  ...RENDER_PROBLEMS,
  'mail_server_unavailable',
  'shutting_down',
] as const satisfies readonly ProblemCode[];

/** Problems of a send. */
export const SEND_PROBLEMS = [
  'recipient_invalid',
  'payload_invalid',
  'template_not_found',
  'recipient_rejected',
  'sending_misconfigured',
  'mail_server_refused',
  'mail_server_failed',
  'delivery_unknown',
  'mail_server_unavailable',
  'mail_server_busy',
  'shutting_down',
  'mail_server_timeout',
] as const satisfies readonly ProblemCode[];

/** The key of draft-ietf-httpapi-idempotency-key-header-07, with or without quotation marks. */
const idempotencyKeyOf = (request: HttpRequest): string | undefined =>
  request.header('idempotency-key')?.replace(/^"(.*)"$/, '$1') || undefined;

export function messageRoutes(options: ParsedOptions): readonly Route[] {
  const { mailer, queue, waitUntil } = options;
  const send = createMessageSender(options);
  const deliveryProblems: readonly ProblemCode[] = queue
    ? QUEUE_PROBLEMS
    : [...(waitUntil ? RENDER_PROBLEMS : SEND_PROBLEMS), 'idempotency_key_in_use'];
  return [
    defineRoute({
      method: 'POST',
      path: '/messages',
      operationId: 'sendMessage',
      access: 'authorized',
      summary: 'Sends an email to one recipient.',
      body: messageSchema,
      answers: queue
        ? { 202: { description: 'The email is in the queue.', schema: queuedSchema } }
        : waitUntil
          ? { 202: { description: 'The email is sent after the response.', schema: sentSchema } }
          : { 200: { description: 'The mail server accepted the email.', schema: sentSchema } },
      problems: [...deliveryProblems, 'idempotency_key_reused', 'expired'],
      async handle({ body, request }) {
        const message = parseSendRequest({
          ...body,
          locale: body.locale ?? acceptedLocalesOf(request),
          idempotencyKey: body.idempotencyKey ?? idempotencyKeyOf(request),
        });
        return respondJson(queue || waitUntil ? 202 : 200, await send(message, request));
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/test',
      operationId: 'sendTest',
      access: 'authorized',
      summary: 'Sends a test email.',
      body: testSchema,
      answers: { 200: { description: 'The mail server accepted the email.', schema: sentSchema } },
      problems: SEND_PROBLEMS,
      async handle({ body, request }) {
        const message = parseSendRequest({
          ...body,
          locale: body.locale ?? acceptedLocalesOf(request),
        });
        return respondJson(200, { messageId: (await mailer.send(message)).messageId });
      },
    }),
  ];
}
