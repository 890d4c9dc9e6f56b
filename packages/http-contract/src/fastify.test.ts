import type { AddressInfo } from 'node:net';
import { createMailHandler, type HttpResponse, problemResponse } from '@postern/http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { describe, expect, test } from 'vitest';
import { describeHttpContract } from './index.js';

/** The example in the README. */
describeHttpContract(
  'fastify',
  async (options) => {
    const handler = createMailHandler<FastifyRequest>(options);
    const send = (reply: FastifyReply, { status, headers, body }: HttpResponse) => {
      for (const [name, value] of Object.entries(headers)) reply.header(name, value);
      return reply.code(status).send(body && Buffer.from(body));
    };
    const app = fastify();
    await app.register(
      async (mail) => {
        // The handler reads and limits bodies itself.
        mail.removeAllContentTypeParsers();
        mail.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
        mail.setErrorHandler((error, _request, reply) => send(reply, problemResponse(error)));
        mail.all('/*', async (request, reply) => {
          const answer = await handler.handle({
            method: request.method,
            path: request.url.slice('/mail'.length),
            header: (name) => request.headers[name.toLowerCase()]?.toString(),
            clientAddress: request.ip,
            body: request.raw,
            native: request,
          });
          return send(reply, answer);
        });
      },
      { prefix: '/mail' },
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo; // listening on TCP
    return { url: `http://127.0.0.1:${port}/mail`, close: () => app.close() };
  },
  { describe, expect, test },
);
