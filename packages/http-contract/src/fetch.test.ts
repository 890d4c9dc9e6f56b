import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createFetchHandler } from '@postern/http';
import { describe, expect, test } from 'vitest';
import { describeHttpContract } from './index.js';

/** Converts between node:http and the Fetch API, like the Node.js servers of Hono and Next.js. */
async function bridge(
  answer: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming;
  const body = ['GET', 'HEAD'].includes(method) ? null : Readable.toWeb(incoming);
  const request = new Request(`http://${headers.host}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    body,
    duplex: 'half',
  } as RequestInit);
  const response = await answer(request);
  outgoing.writeHead(response.status, [...response.headers].flat());
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

describeHttpContract(
  'fetch',
  async (options) => {
    const answer = createFetchHandler({ ...options, basePath: '/mail', clientAddress: () => '127.0.0.1' });
    const server = createServer((incoming, outgoing) => void bridge(answer, incoming, outgoing));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/mail`,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
  { describe, expect, test },
);
