import type * as z from 'zod';
import type { HttpRequest, HttpResponse } from './http-message.js';
import type { ProblemCode } from './problem.js';

/** The input of a route. */
export interface RouteCall<Body = unknown> {
  readonly request: HttpRequest;
  readonly body: Body;
  /** The value of `:token` in the path, or an empty string. */
  readonly token: string;
}

/** The stable names of the routes. OpenAPI uses them, too. */
export type OperationId =
  | 'sendMessage'
  | 'sendTest'
  | 'startCode'
  | 'verifyCode'
  | 'startLink'
  | 'showLink'
  | 'consumeLink'
  | 'showProtectedLink'
  | 'openProtectedLink'
  | 'getHealth'
  | 'getOpenApi';

/** A successful response. */
interface RouteAnswer {
  readonly description: string;
  readonly contentType?: string;
  readonly schema?: z.ZodType;
  /** Whether browsers get a page instead. */
  readonly hasPage?: boolean;
}

/** Describes a route, for adapters that mount each route separately. */
export interface RouteInfo {
  readonly method: 'GET' | 'POST';
  /** The path, with `:token` as the variable segment. */
  readonly path: string;
  readonly operationId: OperationId;
  /** `authorized` routes call the `authorize` option first. */
  readonly access: 'authorized' | 'public';
  readonly summary: string;
  /** The schema of the JSON body, if the route has a body. */
  readonly body?: z.ZodType | undefined;
}

export interface Route<Body extends z.ZodType = z.ZodType> extends RouteInfo {
  readonly body?: Body | undefined;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** The problems in addition to those that follow from `access` and `body`. */
  readonly problems: readonly ProblemCode[];
  handle(call: RouteCall<z.output<Body>>): Promise<HttpResponse>;
  /** Returns a page for a failure, or `undefined` for a problem document. */
  fail?(error: unknown, call: RouteCall): Promise<HttpResponse | undefined>;
}

/** Infers the body type of `handle` from the schema. */
export const defineRoute = <Body extends z.ZodType>(route: Route<Body>): Route =>
  // The handler parses the body with this schema before it calls `handle`.
  route as Route;
