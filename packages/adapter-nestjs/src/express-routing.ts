import type { IncomingMessage } from 'node:http';
import { isControllerHandler, isOwnHandler } from './own-route.js';

/** One entry of a router's `stack`: a middleware, or a route with its handlers. */
interface Layer {
  readonly route?: {
    readonly path: unknown;
    readonly stack: readonly { readonly handle: object; readonly method?: string | undefined }[];
  };
  match(path: string): unknown;
}

/** The parts of Express's router that are needed here. */
export interface ExpressRouter {
  readonly stack: readonly Layer[];
}

/** A layer that leads to the handler of a controller. */
interface Candidate {
  readonly layer: Layer;
  readonly path: unknown;
  readonly isOwn: boolean;
}

/** Kept for each router until it gets another route. */
const known = new WeakMap<
  ExpressRouter,
  { readonly size: number; readonly candidates: readonly Candidate[] }
>();

/**
 * Whether the router is going to hand this request to a `MailController`. It asks the router's own layers, so its
 * settings and its reading of a path apply: letter case, trailing slashes, percent-encoding, parameters.
 */
export function reachesOwnRoute(router: ExpressRouter | undefined, request: IncomingMessage): boolean {
  if (!router) return false;
  const path = pathOf(request.url ?? '');
  const candidates = candidatesOf(router);
  // Most requests end here, at the price of a few patterns.
  if (!candidates.some(({ layer, isOwn }) => isOwn && matches(layer, path))) return false;
  const reached = candidates.filter(({ layer }) => handles(layer, request.method) && matches(layer, path));
  const [first] = reached;
  // Two controllers with one path differ in what only Nest looks at, such as the version in a header field: then the
  // other one may be meant, and it needs its body parsed.
  return first?.isOwn === true && reached.every((other) => other.isOwn || other.path !== first.path);
}

/** Routes without a controller are middleware, which pass requests on. */
function candidatesOf(router: ExpressRouter): readonly Candidate[] {
  const last = known.get(router);
  if (last?.size === router.stack.length) return last.candidates;
  const candidates = router.stack.flatMap((layer) => {
    const handlers = layer.route?.stack.map(({ handle }) => handle).filter(isControllerHandler) ?? [];
    return handlers.length === 0
      ? []
      : [{ layer, path: layer.route?.path, isOwn: handlers.some(isOwnHandler) }];
  });
  known.set(router, { size: router.stack.length, candidates });
  return candidates;
}

const handles = ({ route }: Layer, method = ''): boolean =>
  route?.stack.some((handler) => handler.method === undefined || handler.method === method.toLowerCase()) ??
  false;

function matches(layer: Layer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    // Percent-encoding that is not valid, which the router refuses.
    return false;
  }
}

/** What Express routes by: without the query, and without the origin of an absolute-form target. */
const pathOf = (url: string): string =>
  url.replace(/[?#].*$/s, '').replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '');
