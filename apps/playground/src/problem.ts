import { ConnectorError } from '@logto/connector-kit';
import { ConfigError, MailError, type MailErrorCode } from '@postern/core';
import { VerificationError, type VerificationErrorCode } from '@postern/verification';
import type { ErrorRequestHandler, Response } from 'express';
import { z } from 'zod';
import { PLAYGROUND_PROBLEMS, type PlaygroundProblemCode, type Problem } from './wire/problem.js';

type Details = Omit<Problem, 'type' | 'title' | 'status' | 'code'>;

/** Answers a request with a problem document. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Omit<Problem, 'type'>) {
    super(problem.title);
    this.problem = { type: `urn:postern:problem:${problem.code}`, ...problem };
  }
}

/** The playground itself refuses. */
export const refusal = (code: PlaygroundProblemCode, details: Details = {}): ProblemError =>
  new ProblemError({ ...PLAYGROUND_PROBLEMS[code], code, ...details });

const MAIL_STATUS: Readonly<Record<MailErrorCode, number>> = {
  config_invalid: 422,
  template_not_found: 400,
  template_invalid: 400,
  payload_invalid: 400,
  idempotency_key_reused: 422,
  recipient_invalid: 400,
  expired: 400,
  rate_limited: 429,
  connection_failed: 502,
  tls_failed: 502,
  auth_failed: 502,
  host_rejected: 502,
  sender_rejected: 502,
  recipient_rejected: 502,
  message_rejected: 502,
  delivery_unknown: 502,
  aborted: 503,
  closed: 503,
  timeout: 504,
};

const MAIL_TITLE: Readonly<Record<MailErrorCode, string>> = {
  config_invalid: 'The config can’t be used.',
  template_not_found: 'There is no template for this.',
  template_invalid: 'The template is broken.',
  payload_invalid: 'The payload doesn’t fit.',
  idempotency_key_reused: 'The idempotency key belongs to another email.',
  recipient_invalid: 'The recipient is no usable address.',
  expired: 'The email expired before it was sent.',
  rate_limited: 'The mail server takes no more emails for now.',
  connection_failed: 'The mail server can’t be reached.',
  tls_failed: 'There is no safe connection to the mail server.',
  auth_failed: 'The mail server refuses the login.',
  host_rejected: 'The mail server refuses this machine.',
  sender_rejected: 'The mail server refuses the sender.',
  recipient_rejected: 'The mail server refuses the recipient.',
  message_rejected: 'The mail server refuses the email.',
  delivery_unknown: 'The email may or may not have been sent.',
  aborted: 'The sending was stopped.',
  closed: 'The playground is shutting down.',
  timeout: 'The mail server didn’t answer in time.',
};

const VERIFICATION_PROBLEMS: Readonly<Record<VerificationErrorCode, { status: number; code: string }>> = {
  code_incorrect: { status: 400, code: 'code_incorrect' },
  code_superseded: { status: 400, code: 'code_superseded' },
  code_expired: { status: 400, code: 'code_expired' },
  not_found: { status: 404, code: 'link_not_found' },
  attempts_exhausted: { status: 429, code: 'attempts_exhausted' },
  cooldown: { status: 429, code: 'cooldown' },
  rate_limited: { status: 429, code: 'rate_limited' },
};

/** What the connector says beside the words for Logto's console; its own copy of `MailError` is another class. */
const connectorProblem = z.object({
  message: z.string().optional(),
  code: z.enum(Object.keys(MAIL_STATUS) as [MailErrorCode, ...MailErrorCode[]]).optional(), // the table has them all
  stage: z.string().optional(),
  retryable: z.boolean().optional(),
  hint: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

/** Leaves out what is not set, so that JSON and tests don't show it. */
const dropUnset = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

const ofMail = (
  code: MailErrorCode,
  { message, stage, retryable, hint, responseCode, response }: Partial<MailError>,
): ProblemError =>
  new ProblemError({
    ...dropUnset({ detail: message, stage, retryable, hint, responseCode, response }),
    code,
    status: MAIL_STATUS[code],
    title: MAIL_TITLE[code],
  });

function ofConnector(error: ConnectorError): ProblemError {
  const { code, ...rest } = connectorProblem.safeParse(error.data).data ?? {};
  if (code !== undefined) return ofMail(code, dropUnset(rest) as Partial<MailError>);
  return new ProblemError({
    code: 'connector_failed',
    status: 502,
    title: 'The connector failed.',
    detail: rest.message ?? error.message,
  });
}

/** What an engine says when a text or a value is nested deeper than its stack. */
const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes('call stack');

/** The body parser's errors carry a status and a type; their messages repeat the body, so they are not used. */
function ofFramework(error: unknown): ProblemError {
  const { type, status } = (typeof error === 'object' && error !== null ? error : {}) as {
    type?: unknown;
    status?: unknown;
  };
  if (type === 'entity.parse.failed')
    return refusal('request_invalid', { detail: 'The body is not valid JSON.' });
  if (type === 'entity.too.large')
    return refusal('content_too_large', { detail: 'More than 1 MB is too much.' });
  if (isTooDeep(error)) return refusal('request_invalid', { detail: 'It is nested too deeply.' });
  if (typeof status === 'number' && status >= 400 && status < 500)
    return refusal('request_invalid', { detail: 'The request could not be understood.' });
  return refusal('internal_error', {
    hint: 'This is a defect of the playground: please report what you did.',
  });
}

/** Whatever a route threw, as the problem that the page is told. Never holds a secret. */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ConfigError) {
    const issues = error.issues.map(({ path: _, ...issue }) => issue);
    return refusal('config_invalid', { detail: error.message, issues });
  }
  if (error instanceof MailError) return ofMail(error.code, error);
  if (error instanceof ConnectorError) return ofConnector(error);
  if (error instanceof VerificationError) {
    const { status, code } = VERIFICATION_PROBLEMS[error.code];
    const { retryAfter, attemptsLeft } = error;
    return new ProblemError({
      status,
      code,
      title: error.message,
      ...dropUnset({ retryAfter, attemptsLeft }),
    });
  }
  return ofFramework(error);
}

function sendProblem(response: Response, { problem }: ProblemError): void {
  response.status(problem.status).type('application/problem+json');
  if (problem.retryAfter !== undefined) response.set('Retry-After', String(problem.retryAfter));
  response.send(JSON.stringify(problem));
}

/** Express knows an error handler by its four arguments. */
export const answerWithProblem: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) next(error);
  else sendProblem(response, toProblemError(error));
};
