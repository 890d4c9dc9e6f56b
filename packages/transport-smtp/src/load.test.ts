import { createMailer, type LogEvent, parseConnectorConfig } from '@postern/core';
import { startSmtpTrap } from '@postern/testing';
import { expect, it } from 'vitest';
import { createSmtpTransport } from './index.js';

const TOTAL = 1000;
const CONCURRENCY = 20;
const MAX_CONNECTIONS = 5;

it(`sends ${TOTAL} emails at concurrency ${CONCURRENCY}: each exactly once, with one compilation and few connections`, {
  timeout: 120_000,
}, async () => {
  await using trap = await startSmtpTrap({ auth: { user: 'ada', pass: 'pass-phrase' } });
  const compiled: LogEvent[] = [];
  const ignore = () => {};
  const config = parseConnectorConfig({
    host: trap.host,
    port: trap.port,
    auth: { user: 'ada', pass: 'pass-phrase' },
    tls: { ca: trap.certificate },
    fromEmail: 'Example <noreply@example.com>',
    templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
      usageType,
      contentType: 'text/html',
      subject: '{{code}} is your code',
      content: '<p>Your code is <b>{{code}}</b>.</p>',
    })),
  });
  await using mailer = createMailer({
    config,
    transport: createSmtpTransport(config, { maxConnections: MAX_CONNECTIONS, maxMessages: TOTAL }),
    logger: {
      debug: (event) => void (event.event === 'template.compiled' && compiled.push(event)),
      info: ignore,
      warn: ignore,
      error: ignore,
    },
  });

  const recipients = Array.from({ length: TOTAL }, (_, index) => `person-${index}@example.com`);
  const queue = recipients.entries();
  const sender = async () => {
    for (const [index, to] of queue) {
      await mailer.send({ to, type: 'SignIn', payload: { code: String(100_000 + index) } });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, sender));

  const received = new Map(trap.inbox.messages.map((email) => [email.envelope.to.join(), email.subject]));
  expect(trap.inbox.messages).toHaveLength(TOTAL);
  expect(received).toEqual(new Map(recipients.map((to, index) => [to, `${100_000 + index} is your code`])));
  expect(compiled).toHaveLength(1);
  expect(trap.stats.connections).toBeLessThanOrEqual(MAX_CONNECTIONS);
  expect(trap.stats.logins).toBeLessThanOrEqual(MAX_CONNECTIONS);
});
