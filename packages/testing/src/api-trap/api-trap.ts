import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readOptions } from '@postern/core';
import * as z from 'zod';
import { createMailStore, type Inbox } from '../inbox.js';
import { createPlannedFaults, type FaultHandle } from '../planned-faults.js';
import { aliyunDirectMailApi } from './aliyun-direct-mail-api.js';
import { amazonSesApi } from './amazon-ses-api.js';
import type { ApiEmail } from './api-email.js';
import type { ApiFault, ApiTrapResponse } from './api-fault.js';
import { type ApiTrapRequest, readApiTrapRequest } from './api-trap-request.js';
import { brevoApi } from './brevo-api.js';
import { cloudflareApi } from './cloudflare-api.js';
import { gmailApi } from './gmail-api.js';
import { mailgunApi } from './mailgun-api.js';
import { mailjetApi } from './mailjet-api.js';
import { microsoftGraphApi } from './microsoft-graph-api.js';
import { postmarkApi } from './postmark-api.js';
import type { ProviderApi } from './provider-api.js';
import { resendApi } from './resend-api.js';
import { sendGridApi } from './sendgrid-api.js';
import { zeptoMailApi } from './zeptomail-api.js';

const APIS: readonly ProviderApi[] = [
  aliyunDirectMailApi,
  amazonSesApi,
  brevoApi,
  cloudflareApi,
  gmailApi,
  mailgunApi,
  mailjetApi,
  microsoftGraphApi,
  postmarkApi,
  resendApi,
  sendGridApi,
  zeptoMailApi,
];

/** Options of {@link startApiTrap}. */
export interface ApiTrapOptions {
  /**
   * The IP address to listen on.
   * @default '127.0.0.1'
   */
  host?: string | undefined;
  /**
   * The port to listen on. 0 selects a free port.
   * @default 0
   */
  port?: number | undefined;
}

const optionsSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
});

/** A running server that implements the APIs of email providers, stores all mail, and forwards nothing. */
export interface ApiTrap extends AsyncDisposable {
  /** The `baseUrl` option of the transports in `@postern/transport-http`. */
  readonly url: string;
  /** The accepted emails. */
  readonly inbox: Inbox<ApiEmail>;
  /** All requests, in the order in which they arrived. */
  readonly requests: readonly ApiTrapRequest[];
  /**
   * Injects a fault from now on. If several faults apply, the oldest occurs.
   * @example
   * ```ts
   * const limited = trap.fault({ kind: 'rate_limited', retryAfter: 1, times: 1 });
   * await transport.send(email);
   * expect(limited.fired).toBe(1);
   * ```
   */
  fault(fault: ApiFault): FaultHandle;
  /** Removes all faults. Requests that already hang continue to hang. */
  clearFaults(): void;
  /** Closes all connections and rejects all waits. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server on localhost that implements the APIs of email providers, stores all mail, and can inject faults. It
 * accepts all credentials.
 *
 * @throws {ConfigError} if an option is not valid
 * @example
 * ```ts
 * await using trap = await startApiTrap();
 * const transport = createResendTransport({ apiKey: 're_test' }, { baseUrl: trap.url });
 * await transport.send(email);
 * const code = await trap.inbox.waitForCode('ada@example.com');
 * ```
 */
export async function startApiTrap(options: ApiTrapOptions = {}): Promise<ApiTrap> {
  const { host, port } = readOptions(optionsSchema, options, 'startApiTrap');
  const store = createMailStore<ApiEmail>(({ envelope }) => envelope.to);
  const faults = createPlannedFaults<ApiFault>();
  const requests: ApiTrapRequest[] = [];
  const accepted = new Map<string, { readonly body: string; readonly response: ApiTrapResponse }>();

  async function accept(api: ProviderApi, request: ApiTrapRequest): Promise<ApiTrapResponse> {
    if (!api.hasCredentials(request)) return api.refuse('unauthorized');
    const key = api.idempotency?.keyOf(request);
    const earlier = key === undefined ? undefined : accepted.get(`${api.name} ${key}`);
    if (api.idempotency && earlier)
      return earlier.body === request.body ? earlier.response : api.idempotency.conflict;
    const read = await api.readEmail(request, randomUUID());
    if ('status' in read) return read;
    const response = api.accept(read);
    if (key !== undefined) accepted.set(`${api.name} ${key}`, { body: request.body, response });
    store.add(read);
    return response;
  }

  async function respond(request: ApiTrapRequest): Promise<ApiTrapResponse | 'hang' | 'reset'> {
    const api = APIS.find((each) => each.purposeOf(request) !== undefined);
    if (!api) return { status: 404, body: { message: 'The trap does not implement this endpoint.' } };
    const purpose = api.purposeOf(request);
    const fault = faults.claim(({ at = 'send' }) => at === purpose);
    if (fault && 'delivers' in fault && fault.delivers) await accept(api, request);
    if (!fault && purpose === 'send') return accept(api, request);
    if (!fault) return api.hasCredentials(request) ? api.verify(request) : api.refuse('unauthorized');
    switch (fault.kind) {
      case 'hang':
      case 'reset':
        return fault.kind;
      case 'response':
        return fault;
      case 'rate_limited': {
        const headers = { 'Retry-After': String(fault.retryAfter ?? 2) };
        return { ...api.refuse('rate_limited'), headers };
      }
      default:
        return api.refuse(fault.kind);
    }
  }

  const server = createServer(async (message, response) => {
    const request = await readApiTrapRequest(message).catch(() => undefined);
    if (!request) return;
    requests.push(request);
    const answer = await respond(request);
    if (answer === 'reset') response.destroy();
    else if (answer !== 'hang') write(response, answer);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: bound, family } = server.address() as AddressInfo; // it listens on TCP

  let closing: Promise<void> | undefined;
  const shutDown = async () => {
    const reason = 'The API trap was closed.';
    store.close(reason);
    faults.close(reason);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const close = () => {
    closing ??= shutDown();
    return closing;
  };

  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    inbox: store.inbox,
    requests,
    fault: (fault) => faults.add(fault, fault.times, `${fault.kind} fault`),
    clearFaults: faults.clear,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function write(response: ServerResponse, { status, headers, body }: ApiTrapResponse): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  const isText = typeof body === 'string';
  response.writeHead(status, { 'Content-Type': isText ? 'text/html' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
