import { SpentBodyError } from './body-content.js';
import type { BodyContent, HttpRequest, HttpResponse } from './http-message.js';

/** Converts a request of the Fetch API. Its path is the full path, with the query. */
export function toHttpRequest(request: Request): HttpRequest<Request> {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: pathname + search,
    header: (name) => request.headers.get(name) ?? undefined,
    body: bodyOf(request),
    native: request,
  };
}

export function toResponse({ status, headers, body }: HttpResponse): Response {
  const fields = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return new Response(body ?? null, { status, headers: fields });
}

const bodyOf = (request: Request): BodyContent => (request.bodyUsed ? spent() : (request.body ?? ''));

// biome-ignore lint/correctness/useYield: it throws before it yields
async function* spent(): AsyncGenerator<Uint8Array> {
  throw new SpentBodyError();
}
