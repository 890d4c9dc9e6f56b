import { createMailer, type Logger } from '@postern/core';
import { startSmtpTrap, testEmail } from '@postern/testing';
import { expect, it } from 'vitest';
import { createSmtpTransport } from './index.js';

const fail = () => {
  throw new Error('The disk is full.');
};
const reject = async () => fail();
const every = (method: () => unknown) =>
  ({ debug: method, info: method, warn: method, error: method }) as unknown as Logger; // what a program may pass

it.each([
  ['throws', every(fail), false],
  ['throws, with debug: true', every(fail), true],
  ['rejects', every(reject), false],
  ['rejects, with debug: true', every(reject), true],
])('a logger that %s does not affect emails', async (_title, logger, debug) => {
  const auth = { user: 'ada', pass: 'pass-phrase' };
  await using trap = await startSmtpTrap({ auth });
  const server = { host: trap.host, port: trap.port, auth, tls: { ca: trap.certificate }, debug };
  const transport = createSmtpTransport(server, { logger, maxMessages: 1 });
  await using mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Code', content: '{{code}}' }],
    },
    transport,
    logger,
  });
  const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '123456' } } as const;
  await mailer.send(request);
  trap.fault({ at: 'rcpt', kind: '5xx', times: 1 });
  await expect(mailer.send(request)).rejects.toMatchObject({ responseCode: expect.any(Number) });
  await transport.send(testEmail());
  expect(trap.stats).toMatchObject({ messages: 2 });
});

it.each([['PLAIN'], ['LOGIN']] as const)(
  'the dialogue log reveals nothing about a login with %s',
  async (method) => {
    const auth = { user: 'ada@example.com', pass: 'pass-phrase' };
    const lines: string[] = [];
    const ignore = () => {};
    await using trap = await startSmtpTrap({ auth, authMethods: [method] });
    await using transport = createSmtpTransport(
      { host: trap.host, port: trap.port, auth, tls: { ca: trap.certificate }, debug: true },
      {
        logger: {
          debug: (event) => void lines.push(String(event.line)),
          info: ignore,
          warn: ignore,
          error: ignore,
        },
      },
    );
    await transport.send(testEmail());
    expect(lines.some((line) => line.startsWith(`AUTH ${method}`))).toBe(true);
    const decoded = lines.flatMap((line) => line.split(' ')).map((word) => atobOr(word));
    for (const text of [...lines, ...decoded]) expect(text).not.toMatch(/ada@example\.com|pass-phrase/);
  },
);

function atobOr(word: string): string {
  try {
    return atob(word);
  } catch {
    return word;
  }
}
