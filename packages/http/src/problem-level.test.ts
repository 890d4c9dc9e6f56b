import { MailError } from '@postern/core';
import { VerificationError } from '@postern/verification';
import { describe, expect, test } from 'vitest';
import {
  createMailHandler,
  type HttpRequest,
  logProblem,
  type MailHandlerOptions,
  ProblemError,
} from './index.js';
import { PROBLEMS, type ProblemCode } from './problem.js';

/** The type requires a level for every code, so a new code does not compile without one. */
const LEVELS: Record<ProblemCode, 'debug' | 'info' | 'warn' | 'error'> = {
  malformed_json: 'debug',
  invalid_request: 'debug',
  recipient_invalid: 'info',
  payload_invalid: 'info',
  template_not_found: 'info',
  recipient_rejected: 'info',
  expired: 'info',
  code_incorrect: 'info',
  code_superseded: 'info',
  code_expired: 'info',
  unauthorized: 'warn',
  forbidden: 'info',
  cross_site: 'warn',
  not_found: 'debug',
  link_not_found: 'info',
  method_not_allowed: 'debug',
  idempotency_key_in_use: 'info',
  idempotency_key_reused: 'info',
  link_expired: 'info',
  content_too_large: 'debug',
  unsupported_media_type: 'debug',
  attempts_exhausted: 'warn',
  cooldown: 'info',
  rate_limited: 'warn',
  internal_error: 'error',
  sending_misconfigured: 'error',
  mail_server_refused: 'error',
  mail_server_failed: 'error',
  delivery_unknown: 'error',
  mail_server_unavailable: 'error',
  mail_server_busy: 'warn',
  shutting_down: 'info',
  mail_server_timeout: 'error',
};

function createLog() {
  const levels: string[] = [];
  const at = (level: string) => () => void levels.push(level);
  return { levels, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

const CASES = Object.entries(LEVELS) as [ProblemCode, string][];

test('every problem has a level', () => {
  expect(new Set(CASES.map(([code]) => code))).toEqual(new Set(Object.keys(PROBLEMS)));
});

const request = (fields: Partial<HttpRequest>): HttpRequest => ({
  method: 'POST',
  path: '/test',
  header: (name) => (name === 'content-type' ? 'application/json' : undefined),
  body: { state: 'parsed', value: { to: 'ada@example.com' } },
  native: undefined,
  ...fields,
});

describe('the level of a problem', () => {
  test.each(CASES)('%s: %s', async (code, level) => {
    const { levels, logger } = createLog();
    const mailer: MailHandlerOptions['mailer'] = {
      send: () => Promise.reject(new ProblemError(code)),
      render: () => expect.unreachable(),
      deliver: () => expect.unreachable(),
      verify: () => expect.unreachable(),
    };
    const handler = createMailHandler({ mailer, authorize: () => true, logger });
    const { status } = await handler.handle(request({}));
    expect(status).toBe(PROBLEMS[code].status);
    logProblem(logger, new ProblemError(code));
    expect(levels).toEqual([level, level]);
  });

  const retryable = { stage: 'recipient', retryable: true } as const;
  test.each<[string, unknown, string]>([
    [
      'an address that does not exist',
      new MailError('recipient_rejected', '550', { stage: 'recipient' }),
      'info',
    ],
    ['greylisting', new MailError('recipient_rejected', '450', retryable), 'warn'],
    ['a wrong code', new VerificationError('code_incorrect'), 'info'],
    ['a guessing client', new VerificationError('attempts_exhausted'), 'warn'],
    ['a wrong password for the mail server', new MailError('auth_failed', '535', { stage: 'auth' }), 'error'],
    ['a bug', new TypeError('x is undefined'), 'error'],
    ['any other thrown value', 'x', 'error'],
  ])('%s: %s', (_name, error, level) => {
    const { levels, logger } = createLog();
    logProblem(logger, error);
    expect(levels).toEqual([level]);
  });

  test('is warn for an unauthorized request', async () => {
    const { levels, logger } = createLog();
    const mailer: MailHandlerOptions['mailer'] = {
      send: () => expect.unreachable(),
      render: () => expect.unreachable(),
      deliver: () => expect.unreachable(),
      verify: () => expect.unreachable(),
    };
    const handler = createMailHandler({ mailer, authorize: ({ header }) => header('x') === 'yes', logger });
    await handler.handle(request({}));
    expect(levels).toEqual(['warn']);
  });
});
