import { functionSchema, readOptions } from '@postern/core';
import * as z from 'zod';
import { toHttpRequest, toResponse } from './fetch-message.js';
import type { HttpRequest } from './http-message.js';
import { createMailHandler } from './mail-handler.js';
import { type MailHandlerOptions, mailHandlerOptionsSchema } from './mail-handler-options.js';
import { logProblem, ProblemError, problemResponse } from './problem.js';

/** Options of {@link createFetchHandler}. */
export interface FetchHandlerOptions<Native = Request> extends MailHandlerOptions<Native> {
  /** The path where the routes are mounted, such as `/mail`. @default '' */
  basePath?: string | undefined;
  /**
   * Reads the client's IP address from the request, for example from a header that a trusted proxy sets. If your framework
   * stores the address elsewhere, pass it with each call instead. Without an address, all clients share one limit. If the
   * function throws, the response is a 500.
   */
  clientAddress?: ((request: Request) => string | undefined) | undefined;
}

const optionsSchema = mailHandlerOptionsSchema.extend({
  basePath: z.string().default(''),
  clientAddress: functionSchema<(request: Request) => string | undefined>().optional(),
});

/** Data from the framework that a `Request` does not contain. */
export interface FetchContext<Native = Request> {
  /** The client's IP address. Never take it from a header that clients can set. */
  readonly clientAddress?: string | undefined;
  /** The value of `request.native` in hooks. @default the `Request` */
  readonly native?: Native | undefined;
}

/** Handles a request. `native` is required if hooks expect a type other than `Request`. */
export type FetchHandler<Native = Request> = (
  request: Request,
  ...context: Request extends Native
    ? [context?: FetchContext<Native>]
    : [context: FetchContext<Native> & { readonly native: Native }]
) => Promise<Response>;

/**
 * Creates a function that takes a `Request` and returns a `Response`, for Hono, Next.js, Bun, Deno, and other frameworks
 * that handle Fetch API requests.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 *
 * @example
 * ```ts
 * const answer = createFetchHandler({ mailer, authorize: bearerToken(secret), basePath: '/mail' });
 * app.all('/mail/*', (context) =>
 *   answer(context.req.raw, { clientAddress: getConnInfo(context).remote.address }),
 * );
 * ```
 */
export function createFetchHandler<Native = Request>(
  options: FetchHandlerOptions<Native>,
): FetchHandler<Native> {
  const { basePath, clientAddress, logger } = readOptions(optionsSchema, options, 'createFetchHandler');
  const { basePath: _, clientAddress: __, ...handlerOptions } = options;
  const mountPath = mountPathOf(basePath);
  const handler = createMailHandler<Native>(handlerOptions);
  return async (request, ...[context]) => {
    const whole = toHttpRequest(request);
    let address: string | undefined;
    try {
      address = addressIn(context) ?? clientAddress?.(request);
    } catch (error) {
      logProblem(logger, error, { route: 'clientAddress' });
      return toResponse(problemResponse(new ProblemError('internal_error')));
    }
    const neutral: HttpRequest<Native> = {
      ...whole,
      path: whole.path.startsWith(`${mountPath}/`) ? whole.path.slice(mountPath.length) : '',
      clientAddress: address,
      // The function's type requires `native` if a `Request` is not enough.
      native: context?.native ?? (request as Native),
    };
    return toResponse(await handler.handle(neutral));
  };
}

/** Frameworks that call the function directly pass other values as the second argument, such as a worker's `env`. */
const addressIn = (context: FetchContext<unknown> | undefined): string | undefined =>
  typeof context?.clientAddress === 'string' ? context.clientAddress : undefined;

/** Normalizes `mail` and `/mail/` to `/mail`, and the root to an empty string. */
const mountPathOf = (basePath: string): string =>
  basePath
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => `/${segment}`)
    .join('');
