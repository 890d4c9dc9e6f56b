import { createMailer, MailError, silentLogger } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { expect, test } from 'vitest';
import { createMessageSender } from './index.js';

const refused = new MailError('connection_failed', 'The server cannot be reached.', {
  stage: 'connect',
  retryable: true,
});
const content = '{{link}}';
const template = { usageType: 'SignIn', contentType: 'text/plain', subject: 'Sign in', content } as const;

test.each([
  ['the same email', {}],
  ['a later expiry', { seconds: 5 }],
  ['another protected link', { token: 'b' }],
])('a repeat with %s cannot count as sent while the first send can still fail', async (_name, change) => {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const transport = createMemoryTransport({ clock });
  const config = { fromEmail: 'noreply@example.com', templates: [template] };
  const mailer = createMailer({ config, transport, clock });
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const sendMessage = createMessageSender({
    mailer: {
      ...mailer,
      async send(message, operation) {
        begun.resolve();
        await ended.promise;
        return mailer.send(message, operation);
      },
    },
    ...{ logger: silentLogger, clock },
  });
  const send = ({ seconds = 0, token = 'a' } = {}) =>
    sendMessage(
      {
        ...{ to: 'ada@example.com', type: 'SignIn', idempotencyKey: 'one' },
        payload: { link: `https://app.example.com/open?token=${token}` },
        expiresAt: new Date(Date.UTC(2026, 0, 1, 1, 0, seconds)),
      },
      { method: 'POST', path: '/', header: () => undefined, native: undefined },
    );

  transport.failWith(refused, { times: 1 });
  const first = send();
  await begun.promise;
  clock.time += 5_000;
  await expect(send(change)).rejects.toMatchObject({ code: 'idempotency_key_in_use' });
  ended.resolve();
  await expect(first).rejects.toBe(refused);
  await send(change);
  expect(transport.emails).toHaveLength(1);
});
