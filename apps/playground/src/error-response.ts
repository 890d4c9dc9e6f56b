import { ConnectorError } from '@logto/connector-kit';
import { MailError, type MailErrorCode } from '@postern/core';
import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { MailApiError } from './mail-api.js';

const STATUS: Readonly<Record<MailErrorCode, number>> = {
  config_invalid: 500,
  template_not_found: 400,
  template_invalid: 400,
  payload_invalid: 400,
  recipient_invalid: 400,
  expired: 400,
  rate_limited: 429,
  connection_failed: 502,
  tls_failed: 502,
  auth_failed: 502,
  sender_rejected: 502,
  recipient_rejected: 502,
  message_rejected: 502,
  delivery_unknown: 502,
  aborted: 503,
  closed: 503,
  timeout: 504,
};

/** What the connector says beside the words for Logto's console; its own copy of `MailError` is another class. */
const connectorProblem = z.object({
  message: z.string(),
  code: z.enum(Object.keys(STATUS) as [MailErrorCode, ...MailErrorCode[]]).optional(), // the table has them all
  stage: z.string().optional(),
  retryable: z.boolean().optional(),
  hint: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/** Everything that goes wrong becomes JSON of one shape. Express knows an error handler by its four arguments. */
export const sendError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof MailError) {
    const { code, stage, retryable, hint, message, responseCode, response: reply } = error;
    response
      .status(STATUS[code])
      .json({ code, stage, retryable, hint, message, responseCode, response: reply });
    return;
  }
  if (error instanceof ConnectorError) {
    const problem = connectorProblem.safeParse(error.data).data ?? { message: error.message };
    response.status(problem.code ? STATUS[problem.code] : 502).json(problem);
    return;
  }
  if (error instanceof MailApiError) {
    const { status, code, title, detail, retryable } = error.problem;
    response.status(status).json({ code, message: detail ?? title, retryable });
    return;
  }
  const { status, ...problem } = describe(error);
  response.status(status).json(problem);
};

/** The body parser's errors carry a status and a type; their messages repeat the body, so they are not used. */
function describe(error: unknown): { status: number; code: string; message: string; hint?: string } {
  const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
  if (type === 'entity.parse.failed')
    return { status: 400, code: 'json_invalid', message: 'The body is not valid JSON.' };
  if (type === 'entity.too.large')
    return { status: 413, code: 'body_too_large', message: 'The body is larger than 100 kB.' };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, code: 'request_invalid', message: 'The request could not be understood.' };
  return {
    status: 500,
    code: 'internal',
    message: 'Something went wrong in the playground.',
    hint: error instanceof Error ? `${error.name}: ${error.message}` : undefined,
  };
}
