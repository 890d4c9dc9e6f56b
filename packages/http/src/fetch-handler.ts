import type { HttpRequest } from './http-message.js';
import { createMailHandler } from './mail-handler.js';
import type { MailHandlerOptions } from './mail-handler-options.js';

/** Options of {@link createFetchHandler}. */
export interface FetchHandlerOptions extends MailHandlerOptions<Request> {
  /** Where the routes are mounted, such as `/mail`. @default '' */
  basePath?: string | undefined;
  /** The client's IP address; a `Request` doesn't know it. Without it, all clients share one limit. */
  clientAddress?: ((request: Request) => string | undefined) | undefined;
}

/**
 * The routes as a function from `Request` to `Response`, for Hono, Next, Bun, Deno and whatever else speaks fetch.
 *
 * @throws {ConfigError} when an option can't be used, with every problem
 *
 * @example
 * ```ts
 * const answer = createFetchHandler({ mailer, authorize: bearerToken(secret), basePath: '/mail' });
 * app.all('/mail/*', (context) => answer(context.req.raw));
 * ```
 */
export function createFetchHandler(options: FetchHandlerOptions): (request: Request) => Promise<Response> {
  const { basePath = '', clientAddress, ...handlerOptions } = options;
  const mountPath = mountPathOf(basePath);
  const handler = createMailHandler(handlerOptions);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const neutral: HttpRequest<Request> = {
      method: request.method,
      path: pathname.startsWith(`${mountPath}/`) ? pathname.slice(mountPath.length) : '',
      header: (name) => request.headers.get(name) ?? undefined,
      clientAddress: clientAddress?.(request),
      body: { state: 'unread', bytes: request.body ?? [] },
      native: request,
    };
    const { status, headers, body } = await handler.handle(neutral);
    const fields = Object.entries(headers).flatMap(([name, values]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    );
    return new Response(body ?? null, { status, headers: fields });
  };
}

/** `/mail`, also where `mail` or `/mail/` was written; nothing for the root. */
const mountPathOf = (basePath: string): string =>
  basePath
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => `/${segment}`)
    .join('');
