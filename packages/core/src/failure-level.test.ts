import { expect, test } from 'vitest';
import {
  createMailer,
  failureLevel,
  type LogEvent,
  type Logger,
  type LogLevel,
  MailError,
  type MailErrorCode,
  type Transport,
} from './index.js';

/** The type requires every code, so a new code does not compile without a level. */
const LEVELS: Readonly<Record<MailErrorCode, LogLevel>> = {
  config_invalid: 'error',
  template_not_found: 'error',
  template_invalid: 'error',
  payload_invalid: 'error',
  idempotency_key_reused: 'error',
  connection_failed: 'error',
  tls_failed: 'error',
  auth_failed: 'error',
  host_rejected: 'error',
  sender_rejected: 'error',
  message_rejected: 'error',
  timeout: 'error',
  rate_limited: 'warn',
  delivery_unknown: 'warn',
  expired: 'warn',
  closed: 'warn',
  recipient_invalid: 'info',
  recipient_rejected: 'info',
  aborted: 'info',
};

/** Sends one email by a transport that fails, and returns the level and event that were logged. */
async function logOf(failure: unknown, to = 'ada@example.com'): Promise<[LogLevel, LogEvent][]> {
  const logged: [LogLevel, LogEvent][] = [];
  const at = (level: LogLevel) => (event: LogEvent) => void logged.push([level, event]);
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const transport: Transport = {
    name: 'failing',
    send: () => Promise.reject(failure),
    verify: async () => {},
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  const template = {
    usageType: 'Generic',
    contentType: 'text/plain' as const,
    subject: 'Code',
    content: '{{code}}',
  };
  const mailer = createMailer({
    config: { fromEmail: 'noreply@example.com', templates: [template] },
    transport,
    logger,
  });
  await expect(mailer.send({ to, type: 'Generic', payload: { code: '482913' } })).rejects.toThrow();
  return logged.filter(([, { event }]) => event === 'mail.failed');
}

test.each(Object.entries(LEVELS) as [MailErrorCode, LogLevel][])(
  '%s is logged as %s',
  async (code, level) => {
    const failure = new MailError(code, 'No.', { stage: 'rcpt' });
    expect(failureLevel(failure)).toBe(level);
    expect(await logOf(failure)).toEqual([[level, expect.objectContaining({ code })]]);
  },
);

test('a mistyped address is not an error in the log, and a bug is', async () => {
  expect(await logOf(undefined, 'ada at example.com')).toEqual([
    ['info', expect.objectContaining({ code: 'recipient_invalid' })],
  ]);
  expect(await logOf(new TypeError('x is not a function'))).toEqual([['error', expect.anything()]]);
});
