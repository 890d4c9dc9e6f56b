import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createFetchHandler } from '@postern/http';
import { type Context, Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { describeHttpContract } from './index.js';

/** The example in the README. */
describeHttpContract(
  'hono',
  async (options) => {
    const answer = createFetchHandler<Context<{ Bindings: HttpBindings }>>({ ...options, basePath: '/mail' });
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.all('/mail/*', (context) =>
      answer(context.req.raw, { clientAddress: getConnInfo(context).remote.address, native: context }),
    );
    const server = createAdaptorServer({ fetch: app.fetch });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // listening on TCP
    return {
      url: `http://127.0.0.1:${port}/mail`,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
  { describe, expect, test },
);
