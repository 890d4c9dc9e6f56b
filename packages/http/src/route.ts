import type { z } from 'zod';
import type { HttpRequest, HttpResponse } from './http-message.js';
import type { ProblemCode } from './problem.js';

/** What a route gets. */
export interface RouteCall<Body = unknown> {
  readonly request: HttpRequest;
  readonly body: Body;
  /** What stands for `:token` in the path, or nothing. */
  readonly token: string;
}

/** The stable names of the routes, in OpenAPI and elsewhere. */
export type OperationId =
  | 'sendMessage'
  | 'sendTest'
  | 'startCode'
  | 'verifyCode'
  | 'startLink'
  | 'showLink'
  | 'consumeLink'
  | 'getHealth'
  | 'getOpenApi';

/** A good answer. */
interface RouteAnswer {
  readonly description: string;
  readonly contentType?: string;
  readonly schema?: z.ZodType;
  /** A browser gets a page instead. */
  readonly hasPage?: boolean;
}

/** One of the routes, for who mounts them one by one. */
export interface RouteInfo {
  readonly method: 'GET' | 'POST';
  /** With `:token` for a variable segment. */
  readonly path: string;
  readonly operationId: OperationId;
  /** `authorized`: the option `authorize` is asked. */
  readonly access: 'authorized' | 'public';
  readonly summary: string;
  /** Of the JSON body, where there is one. */
  readonly body?: z.ZodType | undefined;
}

export interface Route<Body extends z.ZodType = z.ZodType> extends RouteInfo {
  readonly body?: Body | undefined;
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /** Beside those that follow from `access` and `body`. */
  readonly problems: readonly ProblemCode[];
  handle(call: RouteCall<z.output<Body>>): Promise<HttpResponse>;
  /** The answer to a failure, where it isn't a problem document but a page. */
  fail?(error: unknown, call: RouteCall): HttpResponse | undefined;
}

/** Lets `handle` know what its schema makes of the body. */
export const defineRoute = <Body extends z.ZodType>(route: Route<Body>): Route =>
  // The handler parses with this very schema before it calls `handle`.
  route as Route;
