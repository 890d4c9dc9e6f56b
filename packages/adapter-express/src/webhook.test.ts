import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createKratosWebhook, createSupabaseWebhook, type Webhook } from '@postern/adapter-webhooks';
import { createMailer, type LogEvent } from '@postern/core';
import { WEBHOOK_CALLS, WEBHOOK_CONFIG } from '@postern/http-contract';
import { createMemoryTransport } from '@postern/testing';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRequestHandler } from './index.js';

const transport = createMemoryTransport();
const mailer = createMailer({ config: WEBHOOK_CONFIG, transport, missingVariable: 'empty' });

/** A system with a signature, and one with a secret in a header. */
const SYSTEMS = [
  ['Supabase', createSupabaseWebhook, WEBHOOK_CALLS.supabase],
  ['Kratos', createKratosWebhook, WEBHOOK_CALLS.kratos],
] as const;

type Logger = Record<'debug' | 'info' | 'warn' | 'error', (event: LogEvent) => void>;

/** Middleware before the webhook that passes its bytes on. */
const BYTES_ARE_KEPT: [string, (express: typeof express5) => RequestHandler[]][] = [
  ['no parser', () => []],
  ['a parser for another type', ({ urlencoded }) => [urlencoded({ extended: true })]],
  ['express.raw', ({ raw }) => [raw({ type: 'application/json' })]],
  ['express.text', ({ text }) => [text({ type: '*/*' })]],
  [
    'express.json with bytes in rawBody',
    ({ json }) => [
      json({ verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes }) }),
    ],
  ],
  [
    'express.json with text in rawBody',
    ({ json }) => [
      json({ verify: (request, _response, bytes) => Object.assign(request, { rawBody: bytes.toString() }) }),
    ],
  ],
];

async function serve(
  express: typeof express5,
  createWebhook: (logger: Logger) => Webhook,
  parsers: RequestHandler[],
) {
  const log: LogEvent[] = [];
  const add = (event: LogEvent) => void log.push(event);
  const webhook = createWebhook({ debug: add, info: add, warn: add, error: add });
  const app = express();
  for (const parser of parsers) app.use(parser);
  app.post('/webhook', createRequestHandler(webhook));
  app.use(express.json(), (request, response) => void response.json(request.body));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // listening on TCP
  transport.inbox.clear();
  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...{ method: 'POST', body },
      headers: { 'Content-Type': 'application/json', Connection: 'close', ...headers },
    });
    return { status: response.status, text: await response.text() };
  };
  return { post, log };
}

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('%s', (_version, express) => {
  describe.each(SYSTEMS)('%s', (_name, createWebhook, { secret, body, authenticate }) => {
    const webhook = (logger: Logger) => createWebhook({ mailer, logger, secret });

    test.each(BYTES_ARE_KEPT)('checks and sends after %s', async (_parsers, parsers) => {
      const { post } = await serve(express, webhook, parsers(express));

      expect(await post('/webhook', body, {})).toMatchObject({ status: 401 });
      expect(transport.emails).toEqual([]);
      expect(await post('/webhook', body, authenticate(body))).toEqual({ status: 204, text: '' });
      expect(await transport.inbox.waitForCode('ada@example.com')).toBe('305805');
    });

    test('leaves other bodies to a parser after it', async () => {
      const { post } = await serve(express, webhook, []);
      expect(JSON.parse((await post('/other', body, {})).text)).toEqual(JSON.parse(body));
    });

    test('explains how to mount it if a parser has dropped the bytes', async () => {
      const { post, log } = await serve(express, webhook, [express.json()]);

      const { status, text } = await post('/webhook', body, authenticate(body));

      expect([status, JSON.parse(text)]).toEqual([500, expect.objectContaining({ code: 'internal_error' })]);
      expect(transport.emails).toEqual([]);
      const message = expect.stringMatching(
        /^The body .* read before .* before body parsers, .*express\.json\(\)/,
      );
      expect(log).toEqual([
        expect.objectContaining({ event: 'http.failed', error: expect.objectContaining({ message }) }),
      ]);
    });
  });
});
