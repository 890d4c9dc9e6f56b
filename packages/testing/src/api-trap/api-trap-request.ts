import type { IncomingMessage } from 'node:http';

/** A request that the trap received. */
export interface ApiTrapRequest {
  readonly method: string;
  /** The path and query. */
  readonly path: string;
  /** Names in lowercase. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads a request. Rejects if the client closes the connection first. */
export async function readApiTrapRequest(message: IncomingMessage): Promise<ApiTrapRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const headers = Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString(),
  };
}

/** Returns the JSON of a request, or `undefined` if its body is not JSON. */
export function jsonOf({ body }: ApiTrapRequest): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
