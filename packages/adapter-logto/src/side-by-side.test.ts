import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';

const MESSAGES = 200;
const CONCURRENCY = 10;
const ROUNDS = 2;
const AUTH = { user: 'mailer', pass: 'hunter2-hunter2' };

/** Starts a process with options as its argument, which reports in messages. */
function start(program: string, options: unknown): ChildProcess {
  const file = new URL(`../fixtures/${program}`, import.meta.url);
  const child = fork(file, [JSON.stringify(options)], { execArgv: [], env: {} });
  onTestFinished(() => {
    child.kill();
  });
  return child;
}

/** The next message of the program. */
async function report<T>(child: ChildProcess): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  child.once('message', (message) => resolve(message as T));
  child.once('close', (code) => reject(new Error(`The process ended with ${code}.`)));
  return promise;
}

const median = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
};

interface Server {
  host: string;
  port: number;
  certificate: string;
}

const configFor = ({ host, port, certificate }: Server) => ({
  host,
  port,
  auth: AUTH,
  requireTLS: true,
  tls: { ca: certificate },
  fromEmail: 'Example <noreply@example.com>',
  templates: ['Register', 'SignIn', 'ForgotPassword', 'Generic'].map((usageType) => ({
    usageType,
    contentType: 'text/html',
    subject: 'Your code is {{code}}',
    content: '<p>Your code is <b>{{code}}</b>. It is valid for 10 minutes.</p>',
  })),
});

test(`side by side: ${MESSAGES} messages, ${CONCURRENCY} at a time, STARTTLS and a login`, {
  timeout: 120_000,
}, async () => {
  const server = start('mail-server.mjs', AUTH);
  const config = configFor(await report<Server>(server));
  const sender = start('side-by-side.mjs', {
    config,
    messages: MESSAGES,
    concurrency: CONCURRENCY,
    rounds: ROUNDS,
  });
  const senderClosed = once(sender, 'close');
  const speeds = await report<{ official: number[]; ours: number[] }>(sender);
  await senderClosed;

  const serverClosed = once(server, 'close');
  server.send('stop');
  const total = 2 * ROUNDS * MESSAGES;
  expect(await report(server)).toEqual({ messages: total, protected: total });
  await serverClosed;

  const [official, ours] = [median(speeds.official), median(speeds.ours)];
  process.stdout.write(
    `official ${official.toFixed(0)} messages/s, ours ${ours.toFixed(0)} messages/s, ratio ${(ours / official).toFixed(1)}\n`,
  );
  // A low limit, so that the test does not fail on a busy machine.
  expect(ours / official).toBeGreaterThan(2);
});
