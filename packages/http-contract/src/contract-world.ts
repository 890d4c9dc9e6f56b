import { createMailer, type LogEvent, type Logger, type Mailer } from '@postern/core';
import {
  bearerToken,
  createLinkGuard,
  createMailHandler,
  type LinkGuard,
  type MailHandlerOptions,
  type RouteInfo,
} from '@postern/http';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { createVerification, memoryStore, type PolicyInput } from '@postern/verification';
import { type Answer, createHttpClient, type Exchange } from './http-exchange.js';
import { expect, onTestFinished } from './suite.js';

/** A server with the adapter under test. Every test starts a new server. */
export interface HttpHarness {
  /** The URL where the routes are mounted, without a trailing slash: `http://127.0.0.1:4711/mail`. */
  readonly url: string;
  /** Stops accepting connections, and resolves when every accepted request has its response. */
  close(): Promise<void>;
}

export type HttpHarnessFactory = (options: MailHandlerOptions) => HttpHarness | Promise<HttpHarness>;

const SECRET = 'the-secret-of-the-http-contract';
export const AUTHORIZED = { Authorization: `Bearer ${SECRET}` };

const KEYS = [{ id: 'contract', secret: 'the secret of the contract suite, for tests only' }] as const;
const LINK_URL = 'https://auth.example.com/mail/links/{token}';
const CONTENT = '{{#if code}}{{greeting}} {{code}}.{{/if}}{{#if link}}{{greeting}} {{link}} {{/if}}';
const templateOf = (usageType: string) => [
  { usageType, contentType: 'text/plain' as const, subject: 'Your code', content: CONTENT },
  { usageType, contentType: 'text/plain' as const, subject: 'Ihr Code', content: CONTENT, locale: 'de' },
];

/** The environment of a test: the server under test, with a real SMTP server behind it. */
export interface World {
  readonly url: string;
  readonly trap: SmtpTrap;
  readonly mailer: Mailer;
  readonly routes: readonly RouteInfo[];
  readonly log: readonly LogEvent[];
  /** The clock of the verification and the health check. */
  readonly clock: { time: number; now(): number };
  send(path: string, exchange?: Exchange): Promise<Answer>;
  post(path: string, body?: Exchange['body'], headers?: Exchange['headers']): Promise<Answer>;
  authorized(path: string, body?: Exchange['body'], headers?: Exchange['headers']): Promise<Answer>;
  readonly linkGuard: LinkGuard;
  /** Returns the path of a URL below the mount path. */
  pathOf(url: string): string;
  /** Returns the path of the link in the latest email to this address. */
  linkTo(email: string): Promise<string>;
  /** Closes the client's idle connections. Otherwise, a closing server waits for them. */
  hangUp(): void;
  /** Closes the server, then the mailer. */
  shutDown(): Promise<void>;
}

export interface WorldOptions extends Partial<MailHandlerOptions> {
  policy?: PolicyInput;
  linkUrl?: string | undefined;
  linkBinding?: LinkGuard['binding'];
}

/** The responses in an OpenAPI document by path, method, and status. */
type Paths = Record<
  string,
  Record<string, { operationId: string; responses: Record<string, { content?: object }> }>
>;

/** Checks that the OpenAPI document describes the response. Paths that match no route are skipped. */
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

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname.replace(/^\/mail/, '') + search;
}

let serial = 0;
/** Returns a new address, so that tests do not share recipients. */
export const somebody = (): string => `ada-${process.pid}-${serial++}@example.com`;

export async function openWorld(factory: HttpHarnessFactory, given: WorldOptions = {}): Promise<World> {
  const { policy, linkUrl, linkBinding, ...options } = { linkUrl: LINK_URL, ...given };
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
    // Emails expire by the mailer's clock, which is the system clock.
    mailer: { send: ({ expiresAt: _, ...request }, operation) => mailer.send(request, operation) },
    store: memoryStore(),
    keys: KEYS,
    linkUrl,
    policy,
    logger,
    clock,
  });
  const url = new URL('/mail/open', LINK_URL).href;
  const linkGuard = createLinkGuard({ keys: KEYS, url, binding: linkBinding, logger, clock });
  const authorize = bearerToken(SECRET);
  const handlerOptions = { mailer, verification, authorize, linkGuard, logger, clock, ...options };
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
    linkGuard,
    pathOf,
    linkTo: async (email) => pathOf(await trap.inbox.waitForLink(email)),
    hangUp: client.close,
    shutDown,
  };
}
