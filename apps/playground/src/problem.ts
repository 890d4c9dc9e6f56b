import { ConnectorError } from '@logto/connector-kit';
import { ConfigError, MailError } from '@postern/core';
import { problemResponse } from '@postern/http';
import { VerificationError } from '@postern/verification';
import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { PLAYGROUND_PROBLEMS, type PlaygroundProblemCode, type Problem } from './wire/problem.js';

type Details = Omit<Problem, 'type' | 'title' | 'status' | 'code'>;

/** An error with the problem document that answers the request. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Omit<Problem, 'type'>) {
    super(problem.title);
    this.problem = { ...problem, type: `urn:postern:problem:${problem.code}` };
  }
}

/** A refusal by the playground itself. */
export const refusal = (code: PlaygroundProblemCode, details: Details = {}): ProblemError =>
  new ProblemError({ ...PLAYGROUND_PROBLEMS[code], code, ...details });

/** The status and title of an error are those of the HTTP routes. */
function problemOf(error: unknown): Problem {
  return JSON.parse(String(problemResponse(error).body));
}

/** The routes hide these fields from clients. The page shows them to the developer. */
function ofMail(error: MailError): ProblemError {
  const { code, message: detail, stage, retryable, hint, responseCode, response } = error;
  const details = { detail, stage, retryable, hint, responseCode, response };
  return new ProblemError({ ...problemOf(error), code, ...JSON.parse(JSON.stringify(details)) });
}

/** The connector's details for Logto's console. Its bundled `MailError` is another class. */
const connectorDetails = z.looseObject({
  message: z.string(),
  code: z.custom<MailError['code']>((code) => typeof code === 'string'),
  stage: z.custom<MailError['stage']>((stage) => typeof stage === 'string'),
});

function ofConnector({ data, message }: ConnectorError): ProblemError {
  const details = connectorDetails.safeParse(data).data;
  if (details) return ofMail(new MailError(details.code, details.message, details));
  return new ProblemError({
    code: 'connector_failed',
    status: 502,
    title: 'The connector failed.',
    detail: message,
  });
}

/** JavaScript engines throw this error if a text or a value is nested deeper than the call stack. */
const isTooDeep = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes('call stack');

/** Turns anything that a route throws into the problem that the page shows. It never contains a secret. */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ConfigError) {
    const issues = error.issues.map(({ path: _, ...issue }) => issue);
    return refusal('config_invalid', { detail: error.message, issues });
  }
  if (error instanceof MailError) return ofMail(error);
  if (error instanceof ConnectorError) return ofConnector(error);
  if (isTooDeep(error)) return refusal('request_invalid', { detail: 'The JSON is nested too deeply.' });
  const problem = problemOf(error);
  if (problem.status === 400 && !(error instanceof VerificationError)) {
    return refusal('request_invalid', { detail: problem.title });
  }
  return new ProblemError({
    ...problem,
    ...(problem.code === 'internal_error' && { hint: 'This is a bug in the playground. Please report it.' }),
  });
}

/** Express recognizes an error handler by its four parameters. */
export const answerWithProblem: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const { problem } = toProblemError(error);
  response.status(problem.status).type('application/problem+json');
  if (problem.retryAfter !== undefined) response.set('Retry-After', String(problem.retryAfter));
  response.send(JSON.stringify(problem));
};
