import type { IncomingMessage } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { isOwnHandler } from './own-route.js';

const OWN_ROUTE = 'posternMailRoute';

interface FastifyRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions: { readonly config?: object };
}

type Done = () => void;

/** The part of the Fastify instance that this module uses. */
export interface FastifyRouting {
  addHook(name: 'onRoute', hook: (route: { config?: object }) => void): unknown;
  addHook(
    name: 'preParsing',
    hook: (request: FastifyRequest, reply: unknown, payload: unknown, done: Done) => void,
  ): unknown;
  addHook(
    name: 'preValidation',
    hook: (request: FastifyRequest, reply: unknown, done: Done) => void,
  ): unknown;
}

/**
 * Marks the routes of `MailController`s in the `config` of each Fastify route. The Nest adapter wraps some handlers before it
 * registers them, so the mark is set when the adapter is called.
 */
export function markOwnRoutes(httpAdapter: AbstractHttpAdapter, fastify: FastifyRouting): void {
  let isOwn = false;
  fastify.addHook('onRoute', (route) => {
    if (isOwn) route.config = { ...route.config, [OWN_ROUTE]: true };
  });
  for (const name of ['all', 'get', 'post'] as const) {
    const register = httpAdapter[name];
    httpAdapter[name] = (...route: readonly unknown[]) => {
      isOwn = isOwnHandler(route.at(-1));
      try {
        return Reflect.apply(register, httpAdapter, route);
      } finally {
        isOwn = false;
      }
    };
  }
}

/** Whether the router matched this request to a route of a `MailController`. */
export const isOwnRoute = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.config !== undefined && OWN_ROUTE in routeOptions.config;
