import { createMailer, type LogEvent, type Logger, type Mailer } from '@postern/core';
import { bearerToken, createMailHandler, type MailHandlerOptions, type RouteInfo } from '@postern/http';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { createVerification, memoryStore, type PolicyInput } from '@postern/verification';
import { type Answer, createHttpClient, type Exchange } from './http-exchange.js';
import { expect, onTestFinished } from './suite.js';

/** A server of one adapter. Every test starts a new one. */
export interface HttpHarness {
  /** Where the routes are mounted, without a slash at the end: `http://127.0.0.1:4711/mail`. */
  readonly url: string;
  /** Takes no new connections, and resolves when every request that was accepted has its answer. */
  close(): Promise<void>;
}

export type HttpHarnessFactory = (options: MailHandlerOptions) => HttpHarness | Promise<HttpHarness>;

const SECRET = 'the-secret-of-the-http-contract';
export const AUTHORIZED = { Authorization: `Bearer ${SECRET}` };

const LINK_URL = 'https://auth.example.com/mail/links/{token}';
const CONTENT = '{{#if code}}{{greeting}} {{code}}.{{/if}}{{#if link}}{{greeting}} {{link}} {{/if}}';
const templateOf = (usageType: string) => [
  { usageType, contentType: 'text/plain' as const, subject: 'Your code', content: CONTENT },
  { usageType, contentType: 'text/plain' as const, subject: 'Ihr Code', content: CONTENT, locale: 'de' },
];

/** Everything that a test talks to: a server under test, with a real mail server behind it. */
export interface World {
  readonly url: string;
  readonly trap: SmtpTrap;
  readonly mailer: Mailer;
  readonly routes: readonly RouteInfo[];
  readonly log: readonly LogEvent[];
  /** What time it is for the verification and the health check. */
  readonly clock: { time: number; now(): number };
  send(path: string, exchange?: Exchange): Promise<Answer>;
  post(path: string, body?: Exchange['body'], headers?: Exchange['headers']): Promise<Answer>;
  authorized(path: string, body?: Exchange['body'], headers?: Exchange['headers']): Promise<Answer>;
  /** The path of the link in the newest email to this person. */
  linkTo(email: string): Promise<string>;
  /** Gives up the connections that the client keeps. A server that closes waits for those otherwise. */
  hangUp(): void;
  /** Closes the server as its user would: first what listens, then the mailer. */
  shutDown(): Promise<void>;
}

export interface WorldOptions extends Partial<MailHandlerOptions> {
  policy?: PolicyInput;
  linkUrl?: string | undefined;
}

/** What an OpenAPI document says about answers: by path, method and status. */
type Paths = Record<
  string,
  Record<string, { operationId: string; responses: Record<string, { content?: object }> }>
>;

/** Every answer of a route has to be in its description. A path that isn't readable never reaches one. */
function expectDescribed(paths: Paths, path: string, method: string, answer: Answer): void {
  const template = path.replace(/\?.*/, '').replace(/^\/links\/[\w-]+$/, '/links/{token}');
  const operation = paths[template]?.[method.replace('HEAD', 'GET').toLowerCase()];
  if (!operation) return;
  const { operationId, responses } = operation;
  expect({ operationId, statuses: Object.keys(responses) }).toEqual({
    operationId,
    statuses: expect.arrayContaining([String(answer.status)]),
  });
  const [contentType] = String(answer.headers['content-type'] ?? '').split(';');
  const { content = {} } = responses[answer.status] ?? {};
  if (contentType)
    expect({ operationId, contentTypes: Object.keys(content) }).toEqual({
      operationId,
      contentTypes: expect.arrayContaining([contentType]),
    });
}

let serial = 0;
/** Every test writes to somebody else. */
export const somebody = (): string => `ada-${process.pid}-${serial++}@example.com`;

export async function openWorld(factory: HttpHarnessFactory, given: WorldOptions = {}): Promise<World> {
  const { policy, linkUrl, ...options } = { linkUrl: LINK_URL, ...given };
  const clock = { time: Date.UTC(2026, 0, 1), now: () => clock.time };
  const log: LogEvent[] = [];
  const note = (event: LogEvent) => void log.push(event);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };

  const trap = await startSmtpTrap({ tls: 'none' });
  const mailer = createMailer({
    config: {
      fromEmail: 'noreply@example.com',
      templates: ['SignIn', 'Register', 'Generic'].flatMap(templateOf),
    },
    transport: createSmtpTransport({ host: trap.host, port: trap.port }),
    missingVariable: 'empty',
    logger,
  });
  const verification = createVerification({
    // The email of a code expires by the clock of the mailer, and that is the wall's.
    mailer: { send: ({ expiresAt: _, ...request }, operation) => mailer.send(request, operation) },
    store: memoryStore(),
    keys: [{ id: 'contract', secret: 'a secret of the contract suite, not of yours' }],
    linkUrl,
    policy,
    logger,
    clock,
  });
  const handlerOptions = { mailer, verification, authorize: bearerToken(SECRET), logger, clock, ...options };
  const harness = await factory(handlerOptions);
  const client = createHttpClient(harness.url);
  const handler = createMailHandler(handlerOptions);
  const { body: openApi = '' } = await handler.handle({
    method: 'GET',
    path: '/openapi.json',
    header: () => undefined,
    native: undefined,
  });
  const { paths }: { paths: Paths } = JSON.parse(openApi);
  const send: World['send'] = async (path, exchange = {}) => {
    const answer = await client.send(path, exchange);
    expectDescribed(paths, path, exchange.method ?? 'GET', answer);
    return answer;
  };

  const shutDown = async () => {
    await harness.close();
    await mailer.close();
  };
  onTestFinished(async () => {
    client.close();
    await shutDown();
    await trap.close();
  });

  const post: World['post'] = (path, body, headers) => send(path, { method: 'POST', body, headers });
  return {
    url: harness.url,
    trap,
    mailer,
    routes: handler.routes,
    log,
    clock,
    send,
    post,
    authorized: (path, body, headers) => post(path, body, { ...AUTHORIZED, ...headers }),
    linkTo: async (email) => new URL(await trap.inbox.waitForLink(email)).pathname.replace(/^\/mail/, ''),
    hangUp: client.close,
    shutDown,
  };
}
