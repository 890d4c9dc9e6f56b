import type { IncomingMessage } from 'node:http';
import { isControllerHandler, isOwnHandler } from './own-route.js';

/** An entry in the `stack` of a router: middleware, or a route with its handlers. */
interface Layer {
  readonly route?: {
    readonly path: unknown;
    readonly stack: readonly { readonly handle: object; readonly method?: string | undefined }[];
  };
  match(path: string): unknown;
}

/** The part of the Express router that this module uses. */
export interface ExpressRouter {
  readonly stack: readonly Layer[];
}

/** A layer with the handler of a controller. */
interface Candidate {
  readonly layer: Layer;
  readonly path: unknown;
  readonly isOwn: boolean;
}

/** A cache for each router, valid until a route is added. */
const known = new WeakMap<
  ExpressRouter,
  { readonly size: number; readonly candidates: readonly Candidate[] }
>();

/**
 * Whether the router passes this request to a `MailController`. It uses the layers of the router, so the router's settings
 * apply: letter case, trailing slashes, percent-encoding, and parameters.
 */
export function reachesOwnRoute(router: ExpressRouter | undefined, request: IncomingMessage): boolean {
  if (!router) return false;
  const path = pathOf(request.url ?? '');
  const candidates = candidatesOf(router);
  // A fast path for most requests.
  if (!candidates.some(({ layer, isOwn }) => isOwn && matches(layer, path))) return false;
  const reached = candidates.filter(({ layer }) => handles(layer, request.method) && matches(layer, path));
  const [first] = reached;
  // If another controller has the same path, only Nest can tell which one handles the request, for example by the version in
  // a header. The other controller may need a parsed body.
  return first?.isOwn === true && reached.every((other) => other.isOwn || other.path !== first.path);
}

/** Routes without a controller are middleware, which passes requests on. */
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
    // The percent-encoding is not valid. The router rejects the request.
    return false;
  }
}

/** The path that Express matches: without the query, and without the origin of an absolute-form target. */
const pathOf = (url: string): string =>
  url.replace(/[?#].*$/s, '').replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '');
