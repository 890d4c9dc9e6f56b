import { createMailHandler, type MailHandlerOptions } from '@postern/http';
import { type Request, Router } from 'express';
import { createRequestHandler } from './request-handler.js';

/** Options of {@link createMailRouter}. Hooks receive the Express request as `request.native`. */
export type MailRouterOptions = MailHandlerOptions<Request>;

/**
 * Creates a router for Express 5 and 4 with the routes of `@postern/http`. Other paths go to the next middleware. The client
 * address is `req.ip`, so it depends on the setting `trust proxy`.
 *
 * @throws {ConfigError} if options are not valid, with every problem
 *
 * @example
 * ```ts
 * app.use('/mail', createMailRouter({ mailer, verification, authorize: bearerToken(secret) }));
 * ```
 */
export function createMailRouter(options: MailRouterOptions): Router {
  const handler = createMailHandler(options);
  const handle = createRequestHandler(handler);
  return Router().use((request, response, next) =>
    handler.finds(request.path) ? handle(request, response, next) : next(),
  );
}
