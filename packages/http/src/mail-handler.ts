import { MailError, remoteLine } from '@postern/core';
import { finish, type HttpRequest, type HttpResponse, withoutQuery } from './http-message.js';
import { type MailHandlerOptions, parseOptions } from './mail-handler-options.js';
import { messageRoutes } from './message-routes.js';
import { describeOpenApi } from './open-api.js';
import { logFailure, ProblemError, problemResponse, toProblemError } from './problem.js';
import { protectedLinkRoutes } from './protected-link-routes.js';
import { readBody } from './request-body.js';
import type { Route, RouteCall, RouteInfo } from './route.js';
import { serviceRoutes } from './service-routes.js';
import { checkSetUp } from './setup.js';
import { verificationRoutes } from './verification-routes.js';

/** Handles the HTTP requests for auth emails in any framework. */
export interface MailHandler<Native = unknown> {
  /** The routes that it handles. */
  readonly routes: readonly RouteInfo[];
  /** Whether a route has this path, with any method. Pass other paths to the next handler, or respond with a 404. */
  finds(path: string): boolean;
  /** Handles a request. It never rejects. A failure is a problem document. */
  handle(request: HttpRequest<Native>): Promise<HttpResponse>;
}

/** Returns the value of `:token` if the path matches the route. Tokens need no decoding. */
function matchPath(route: RouteInfo, path: string): { token: string } | undefined {
  const start = route.path.indexOf(':');
  if (start < 0) return path === route.path ? { token: '' } : undefined;
  const token = path.slice(start);
  return path.startsWith(route.path.slice(0, start)) && /^[^/]+$/.test(token) ? { token } : undefined;
}

/** Maximum length in the log. An IP address with its zone and port is shorter. */
const LONGEST_ADDRESS = 100;

/**
 * Creates the handler that every adapter mounts.
 *
 * @throws {ConfigError} if an option is not valid. The error lists every problem.
 *
 * @example
 * ```ts
 * const handler = createMailHandler({ mailer, verification, authorize: bearerToken(secret) });
 * const { status, headers, body } = await handler.handle(request);
 * ```
 */
export function createMailHandler<Native = unknown>(
  options: MailHandlerOptions<Native>,
): MailHandler<Native> {
  const parsed = parseOptions(options);
  checkSetUp(options, parsed);
  const { authorize, bodyLimit, linkGuard, logger, verification } = parsed;
  let openApi: string | undefined;
  const routes: readonly Route[] = [
    ...messageRoutes(parsed),
    ...(verification ? verificationRoutes(verification, parsed) : []),
    ...(linkGuard ? protectedLinkRoutes(linkGuard) : []),
    ...serviceRoutes(parsed, () => {
      openApi ??= JSON.stringify(describeOpenApi(routes));
      return openApi;
    }),
  ];

  async function answer(route: Route, token: string, request: HttpRequest<Native>): Promise<HttpResponse> {
    let call = { request, token, body: undefined as unknown };
    try {
      // Only `true` authorizes. Other truthy values, such as an object or the string 'false', do not.
      if (route.access === 'authorized' && (await authorize(request)) !== true)
        throw new ProblemError('unauthorized');
      if (route.body) call = { ...call, body: await readBody(request, route.body, bodyLimit) };
      return await route.handle(call);
    } catch (error) {
      const { clientAddress } = request;
      logFailure(logger, toProblemError(error), error, {
        route: `${route.method} ${route.path}`,
        // It may come from a header that the client wrote.
        ...(clientAddress !== undefined && { clientAddress: remoteLine(clientAddress, LONGEST_ADDRESS) }),
      });
      return failureOf(route, error, call);
    }
  }

  return {
    routes,
    finds: (path) => routes.some((route) => matchPath(route, withoutQuery(path)) !== undefined),
    async handle(request) {
      const path = withoutQuery(request.path);
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const found = routes.flatMap((route) => {
        const match = matchPath(route, path);
        return match ? [{ route, ...match }] : [];
      });
      const wanted = found.find(({ route }) => route.method === method);
      const response = wanted
        ? await answer(wanted.route, wanted.token, request)
        : problemResponse(
            found.length === 0
              ? new ProblemError('not_found')
              : new ProblemError(
                  'method_not_allowed',
                  {},
                  { Allow: allowed(found.map(({ route }) => route)) },
                ),
          );
      return finish(response, request.method === 'HEAD');
    },
  };
}

async function failureOf(route: Route, error: unknown, call: RouteCall): Promise<HttpResponse> {
  try {
    const page = await route.fail?.(error, call);
    return page ?? problemResponse(route.access === 'authorized' ? explained(error) : toProblemError(error));
  } catch (failure) {
    // The application's linkTexts failed.
    return problemResponse(toProblemError(failure));
  }
}

/** Adds the error message for authorized callers. Messages about the request contain no values from it. */
function explained(error: unknown): ProblemError {
  const problem = toProblemError(error);
  if (!(error instanceof MailError)) return problem;
  const { code, details, headers } = problem;
  const isAboutRequest = ['recipient', 'payload'].includes(error.stage) || code === 'template_not_found';
  return isAboutRequest ? new ProblemError(code, { ...details, detail: error.message }, headers) : problem;
}

const allowed = (routes: readonly RouteInfo[]): string =>
  routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
