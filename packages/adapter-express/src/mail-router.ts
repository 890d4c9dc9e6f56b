import {
  createMailHandler,
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  type LinkGuard,
  type MailHandlerOptions,
} from '@postern/http';
import { type Request, type Response, Router } from 'express';

/** Options of {@link createMailRouter}. Hooks receive the Express request as `request.native`. */
export type MailRouterOptions = MailHandlerOptions<Request>;

/** Earlier middleware may have read the body. In that case, body parsers have put it into `request.body`. */
const bodyOf = (request: Request): HttpBody =>
  request.readableDidRead ? { state: 'parsed', value: request.body } : { state: 'unread', bytes: request };

const toHttpRequest = (request: Request): HttpRequest<Request> => ({
  method: request.method,
  path: request.path + (/\?.*$/s.exec(request.url)?.[0] ?? ''),
  header: (name) => {
    const value = request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  clientAddress: request.ip,
  body: bodyOf(request),
  native: request,
});

async function answer(
  { handle }: { handle(request: HttpRequest<Request>): Promise<HttpResponse> },
  request: Request,
  response: Response,
): Promise<void> {
  // A client that disconnected has no address, and would bypass the window of its network.
  if (request.socket.destroyed) return;
  const { status, headers, body } = await handle(toHttpRequest(request));
  // A hook may have sent the response.
  if (response.headersSent) return;
  response.status(status);
  for (const [name, value] of Object.entries(headers)) {
    // Other middleware may have set a cookie.
    if (name.toLowerCase() === 'set-cookie') response.append(name, [value].flat());
    else response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.end(body);
}

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
  const router = Router();
  router.use((request, response, next) => {
    if (handler.finds(request.path)) answer(handler, request, response).catch(next);
    else next();
  });
  return router;
}

/**
 * Creates a router with the page of a link guard, for applications without `createMailRouter`. Mount it at the path of the
 * guard's `url`.
 *
 * @example
 * ```ts
 * app.use('/open', createLinkGuardRouter(guard));
 * ```
 */
export function createLinkGuardRouter(guard: Pick<LinkGuard, 'handle'>): Router {
  const router = Router();
  router.all('/', (request, response, next) => {
    answer(guard, request, response).catch(next);
  });
  return router;
}
