import { Agent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';

export interface Answer {
  readonly status: number;
  /** Headers by lowercase name, with repeated headers as a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Received headers: alternating names and values. */
  readonly rawHeaders: readonly string[];
  readonly text: string;
  /** @throws {SyntaxError} if the body is not JSON */
  json(): Record<string, unknown>;
}

export interface Exchange {
  method?: string | undefined;
  headers?: OutgoingHttpHeaders | undefined;
  /** Objects are sent as JSON with the matching content type. */
  body?: string | Uint8Array | object | undefined;
  /** Sends the body in chunks without a Content-Length. */
  chunked?: boolean | undefined;
}

/** A client that sends requests unchanged over keep-alive connections. */
export interface HttpClient {
  send(path: string, exchange?: Exchange): Promise<Answer>;
  close(): void;
}

export function createHttpClient(baseUrl: string): HttpClient {
  const agent = new Agent({ keepAlive: true });

  function send(path: string, exchange: Exchange = {}): Promise<Answer> {
    const { method = 'GET', headers = {}, body, chunked } = exchange;
    const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
    const bytes = body === undefined ? undefined : Buffer.from(isJson ? JSON.stringify(body) : body);
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${baseUrl}${path}`, {
        agent,
        method,
        headers: {
          ...(isJson && { 'Content-Type': 'application/json' }),
          ...(bytes && !chunked && { 'Content-Length': bytes.byteLength }),
          ...headers,
        },
      });
      let hasAnswer = false;
      // A server may respond before it has read the whole request.
      request.on('error', (error) => {
        if (!hasAnswer) reject(error);
      });
      request.on('response', (response) => {
        hasAnswer = true;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers, rawHeaders } = response;
          resolve({ status, headers, rawHeaders, text, json: () => JSON.parse(text) });
        });
      });
      request.end(bytes);
    });
  }

  return { send, close: () => agent.destroy() };
}
