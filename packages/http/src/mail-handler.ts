import { MailError, remoteLine } from '@postern/core';
import type { HttpRequest, HttpResponse } from './http-message.js';
import { type MailHandlerOptions, parseOptions } from './mail-handler-options.js';
import { messageRoutes } from './message-routes.js';
import { describeOpenApi } from './open-api.js';
import { logFailure, ProblemError, problemResponse, toProblemError } from './problem.js';
import { readBody } from './request-body.js';
import type { Route, RouteCall, RouteInfo } from './route.js';
import { serviceRoutes } from './service-routes.js';
import { checkSetUp } from './set-up.js';
import { verificationRoutes } from './verification-routes.js';

/** Answers HTTP requests about auth emails, the same in every framework. */
export interface MailHandler<Native = unknown> {
  /** What it answers. */
  readonly routes: readonly RouteInfo[];
  /** Whether a route has this path, by whatever method. Other paths are for who comes next, or a 404. */
  finds(path: string): boolean;
  /** Answers a request. It never rejects: a failure is a problem document. */
  handle(request: HttpRequest<Native>): Promise<HttpResponse>;
}

/** What stands for `:token`, if the path is one of the route. Nothing is decoded: a token has nothing to decode. */
function matchPath(route: RouteInfo, path: string): { token: string } | undefined {
  const start = route.path.indexOf(':');
  if (start < 0) return path === route.path ? { token: '' } : undefined;
  const token = path.slice(start);
  return path.startsWith(route.path.slice(0, start)) && /^[^/]+$/.test(token) ? { token } : undefined;
}

/** In the log. No IP address is longer, with its zone and port. */
const LONGEST_ADDRESS = 100;

const withoutQuery = (path: string) => path.replace(/[?#].*$/s, '');

/**
 * Makes the handler that every adapter mounts.
 *
 * @throws {ConfigError} when an option can't be used, with every problem
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
  const { authorize, bodyLimit, logger, verification } = parsed;
  let openApi: string | undefined;
  const routes: readonly Route[] = [
    ...messageRoutes(parsed),
    ...(verification ? verificationRoutes(verification, parsed) : []),
    ...serviceRoutes(parsed, () => {
      openApi ??= JSON.stringify(describeOpenApi(routes));
      return openApi;
    }),
  ];

  async function answer(route: Route, token: string, request: HttpRequest<Native>): Promise<HttpResponse> {
    let call = { request, token, body: undefined as unknown };
    try {
      // Only `true`: an object that says no, or the text 'false', lets nobody in.
      if (route.access === 'authorized' && (await authorize(request)) !== true)
        throw new ProblemError('unauthorized');
      if (route.body) call = { ...call, body: await readBody(request, route.body, bodyLimit) };
      return await route.handle(call);
    } catch (error) {
      const { clientAddress } = request;
      logFailure(logger, toProblemError(error), error, {
        route: `${route.method} ${route.path}`,
        // A client may have written it, where it comes from a header field.
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

function failureOf(route: Route, error: unknown, call: RouteCall): HttpResponse {
  try {
    const page = route.fail?.(error, call);
    return page ?? problemResponse(route.access === 'authorized' ? explained(error) : toProblemError(error));
  } catch (failure) {
    // The application's own words for the page.
    return problemResponse(toProblemError(failure));
  }
}

/** Who may send may know what is wrong about the email; these messages repeat no values. */
function explained(error: unknown): ProblemError {
  const problem = toProblemError(error);
  if (!(error instanceof MailError)) return problem;
  const { code, details, headers } = problem;
  const isAboutRequest = ['recipient', 'payload'].includes(error.stage) || code === 'template_not_found';
  return isAboutRequest ? new ProblemError(code, { ...details, detail: error.message }, headers) : problem;
}

const allowed = (routes: readonly RouteInfo[]): string =>
  routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');

/** With its length, which the answer to a HEAD tells too. */
function finish({ status, headers, body }: HttpResponse, isHead: boolean): HttpResponse {
  if (body === undefined) return { status, headers };
  const sized = { ...headers, 'Content-Length': String(Buffer.byteLength(body)) };
  return { status, headers: sized, ...(!isHead && { body }) };
}
