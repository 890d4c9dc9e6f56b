import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createOperatorLogger, MailError } from './index.js';

function listen() {
  const printed: string[] = [];
  const spy = vi
    .spyOn(console, 'error')
    .mockImplementation((...values) => void printed.push(values.map(String).join(' ')));
  onTestFinished(() => spy.mockRestore());
  return printed;
}

const misconfigured = () =>
  new MailError('config_invalid', 'The sender is missing.', { stage: 'config', hint: 'Set fromEmail.' });

test('writes each kind of error once', () => {
  const printed = listen();
  const logger = createOperatorLogger();
  for (let time = 0; time < 3; time++) {
    logger.error({ event: 'http.failed', code: 'sending_misconfigured', error: misconfigured() });
    logger.error({ event: 'http.failed', code: 'internal_error', error: new TypeError('no store') });
    logger.error({ event: 'queue.database_failed', message: 'connection refused' });
  }
  expect(printed).toHaveLength(3);
  expect(printed[0]).toContain(
    'Postern: http.failed (sending_misconfigured): MailError config_invalid: The sender is missing. Set fromEmail.',
  );
  expect(printed[1]).toMatch(/TypeError: no store\n\s+at .*operator-logger\.test\.ts/);
  expect(printed[2]).toContain('queue.database_failed: connection refused');
  for (const text of printed) expect(text).toContain('pass the `logger` option');
});

test('writes only errors', () => {
  const printed = listen();
  const logger = createOperatorLogger();
  for (const level of ['debug', 'info', 'warn'] as const) logger[level]({ event: 'x' });
  expect(printed).toEqual([]);
});

const SECRETS = [
  'ada.lovelace@example.com',
  '482913',
  'hunter2',
  'kX3b9QwLr7TzPq2VnM5cYd8FgH1jKs4a',
  'Bearer-0123456789abcdefghij',
];

test.each([
  'no account ada.lovelace@example.com',
  'Key (email)=(ada.lovelace@example.com) already exists',
  'the code 482913 was wrong',
  'connect postgres://app:hunter2@db.internal:5432/mail',
  'fetch https://app.example.com/mail/links/kX3b9QwLr7TzPq2VnM5cYd8FgH1jKs4a?x=1 failed',
  'token kX3b9QwLr7TzPq2VnM5cYd8FgH1jKs4a is used',
  'Authorization: Bearer-0123456789abcdefghij',
])('masks secrets in a message: %s', (message) => {
  const printed = listen();
  const error = new Error(message, { cause: new Error(message) });
  createOperatorLogger().error({
    event: 'http.failed',
    code: 'internal_error',
    error,
    to: message,
    body: message,
  });
  createOperatorLogger().error({ event: 'http.failed', message });
  expect(printed).toHaveLength(2);
  for (const secret of SECRETS) expect(inspect(printed)).not.toContain(secret);
});

test('keeps the cause', () => {
  const printed = listen();
  createOperatorLogger().error({
    event: 'http.failed',
    error: new Error('connect ECONNREFUSED 127.0.0.1:5432', {
      cause: new Error('getaddrinfo ENOTFOUND db.internal'),
    }),
  });
  expect(printed[0]).toContain('connect ECONNREFUSED 127.0.0.1:5432');
  expect(printed[0]).toContain('getaddrinfo ENOTFOUND db.internal');
});
