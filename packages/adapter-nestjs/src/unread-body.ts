import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { type ExpressRouter, reachesOwnRoute } from './express-routing.js';
import { type FastifyRouting, isOwnRoute, markOwnRoutes } from './fastify-routing.js';

/** By these the body parsers of Express and Fastify know that there is a body, and whether it is for them. */
const BODY_HEADERS = ['content-type', 'content-length', 'transfer-encoding'] as const;

/** Several mailers can share an application. */
const kept = new WeakSet<AbstractHttpAdapter>();
const hidden = new WeakMap<IncomingMessage, IncomingHttpHeaders>();

/** Makes body parsers skip a request. */
function hideBody(request: IncomingMessage): void {
  const headers: IncomingHttpHeaders = {};
  for (const name of BODY_HEADERS) {
    if (request.headers[name] !== undefined) headers[name] = request.headers[name];
    delete request.headers[name];
  }
  hidden.set(request, headers);
}

/** Undoes `hideBody`, once the parsers have run. */
export function showBody(request: IncomingMessage): void {
  Object.assign(request.headers, hidden.get(request));
}

/**
 * Keeps the body parsers of the platform away from the routes of `MailController`s. A parser's errors never reach a
 * controller, it runs before any authorization, and what it parses no longer shows a name that occurs twice.
 *
 * The platform's own router decides which requests these are, so it doesn't matter how a path is spelled.
 */
export function keepBodiesUnread(httpAdapter: AbstractHttpAdapter): void {
  if (kept.has(httpAdapter)) return;
  kept.add(httpAdapter);
  const type = httpAdapter.getType();
  if (type === 'express') {
    const app: { readonly router?: ExpressRouter } = httpAdapter.getInstance();
    // Express parses bodies before it looks for a route.
    httpAdapter.use((request: IncomingMessage, _response: unknown, next: () => void) => {
      if (reachesOwnRoute(app.router, request)) hideBody(request);
      next();
    });
  } else if (type === 'fastify') {
    const fastify: FastifyRouting = httpAdapter.getInstance();
    markOwnRoutes(httpAdapter, fastify);
    fastify.addHook('preParsing', (request, _reply, _payload, done) => {
      // Fastify refuses a QUERY without Content-Type before any handler can.
      if (isOwnRoute(request) && request.raw.method !== 'QUERY') hideBody(request.raw);
      done();
    });
    fastify.addHook('preValidation', ({ raw }, _reply, done) => {
      showBody(raw);
      done();
    });
  }
}
