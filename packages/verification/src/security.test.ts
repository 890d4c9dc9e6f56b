import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger as logger, type SendRequest } from '@postern/core';
import { expect, onTestFinished, test } from 'vitest';
import { keysOf } from '../fixtures/keys.js';
import { createVerification, memoryStore, VerificationError } from './index.js';

const SECRET = 'the secret of these tests, long enough';
const RECEIPT = { messageId: '', accepted: '', transport: '', response: '', attempts: 1, durationMs: 0 };

const capture = () => {
  const sent: SendRequest[] = [];
  const send = async (request: SendRequest) => {
    sent.push(request);
    return RECEIPT;
  };
  return { sent, mailer: { send } };
};

test('limits an attacker with unlimited resends and 10,000 IPs to 120 guesses per address and day', async () => {
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const { sent, mailer } = capture();
  const verification = createVerification({
    mailer,
    store: memoryStore(),
    keys: keysOf(SECRET),
    clock,
    logger,
  });
  const victim = { to: 'ada@example.com', type: 'SignIn' } as const;
  const STEP = 60_000;
  const IPS_PER_STEP = 7; // 7 × 1440 steps, so all 10,000 are used
  let guesses = 0;
  let next = 0;
  const codeOf = async (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      (error: unknown) => (error instanceof VerificationError ? error.code : Promise.reject(error)),
    );

  for (let elapsed = 0; elapsed < 24 * 3_600_000; elapsed += STEP, clock.time += STEP) {
    for (let n = 0; n < IPS_PER_STEP; n++, next = (next + 1) % 10_000) {
      const ip = `198.18.${next >> 8}.${next & 255}`;
      await codeOf(verification.start({ ...victim, method: 'code', ip }));
    }
    // Always wrong, so every compared guess has the same probability.
    const right = Number(sent.at(-1)?.payload.code);
    for (let n = 1; n <= 5; n++) {
      const code = String((right + n) % 1_000_000).padStart(6, '0');
      const outcome = await codeOf(verification.check({ ...victim, code }));
      expect(outcome).not.toBe('done');
      if (outcome === 'code_incorrect') guesses += 1;
    }
  }

  const probability = 1 - (1 - 1e-6) ** guesses;
  process.stdout.write(
    `Guessing one address's code within 24 h: ${guesses} guesses, ${sent.length} emails, P = ${(probability * 100).toFixed(4)} %\n`,
  );
  expect(guesses).toBe(120);
  expect(probability).toBeLessThan(0.000_121);
}, 60_000);

test('GET and HEAD never consume a link', async () => {
  const { sent, mailer } = capture();
  const linkUrl = 'https://app.example.com/confirm';
  const verification = createVerification({
    mailer,
    store: memoryStore(),
    keys: keysOf(SECRET),
    linkUrl,
    logger,
  });
  const server = createServer(async (request, response) => {
    const token = new URL(request.url ?? '/', 'http://localhost').searchParams.get('token') ?? '';
    const answer = request.method === 'POST' ? verification.consumeLink(token) : verification.peekLink(token);
    await answer.then(
      () => response.writeHead(200).end(),
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });
  const { port } = server.address() as AddressInfo;
  await verification.start({ to: 'ada@example.com', type: 'SignIn', method: 'link' });
  const { search } = new URL(String(sent[0]?.payload.link));
  const visit = async (method: string) =>
    (await fetch(`http://127.0.0.1:${port}/confirm${search}`, { method, headers: { connection: 'close' } }))
      .status;

  for (let n = 0; n < 10; n++) {
    expect(await visit('HEAD')).toBe(200);
    expect(await visit('GET')).toBe(200);
  }
  expect(await visit('POST')).toBe(200);
  expect(await visit('POST')).toBe(400);
  expect(await visit('GET')).toBe(400);
});
