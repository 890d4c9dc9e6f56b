import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { type ExpressRouter, reachesOwnRoute } from './express-routing.js';
import { type FastifyRouting, isOwnRoute, markOwnRoutes } from './fastify-routing.js';

/** The body parsers of Express and Fastify use these headers to detect a body and its type. */
const BODY_HEADERS = ['content-type', 'content-length', 'transfer-encoding'] as const;

/** Adapters that are already set up. Several mailers can share an application. */
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

/** Undoes `hideBody` after the parsers have run. */
export function showBody(request: IncomingMessage): void {
  Object.assign(request.headers, hidden.get(request));
}

/**
 * Makes the body parsers of the platform skip the routes of `MailController`s. Parsers run before authorization, do not pass
 * their errors to a controller, and drop duplicate keys.
 *
 * The router of the platform selects the requests, so every spelling of a path that it accepts is covered.
 */
export function keepBodiesUnread(httpAdapter: AbstractHttpAdapter): void {
  if (kept.has(httpAdapter)) return;
  kept.add(httpAdapter);
  const type = httpAdapter.getType();
  if (type === 'express') {
    const app: { readonly router?: ExpressRouter } = httpAdapter.getInstance();
    // Express parses bodies before it matches a route.
    httpAdapter.use((request: IncomingMessage, _response: unknown, next: () => void) => {
      if (reachesOwnRoute(app.router, request)) hideBody(request);
      next();
    });
  } else if (type === 'fastify') {
    const fastify: FastifyRouting = httpAdapter.getInstance();
    markOwnRoutes(httpAdapter, fastify);
    fastify.addHook('preParsing', (request, _reply, _payload, done) => {
      // Fastify rejects a QUERY request without Content-Type before any handler runs.
      if (isOwnRoute(request) && request.raw.method !== 'QUERY') hideBody(request.raw);
      done();
    });
    fastify.addHook('preValidation', ({ raw }, _reply, done) => {
      showBody(raw);
      done();
    });
  }
}
