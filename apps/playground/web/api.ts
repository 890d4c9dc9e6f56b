import type { Problem } from '../src/wire/problem';
import { TOKEN_HEADER } from '../src/wire/session';
import { token } from './page-settings';

/** A request that the playground rejected, or that did not reach it. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** The problem document. `status` is 0 if the playground did not respond. */
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options);
    this.problem = problem;
  }
}

const UNREACHABLE: Problem = {
  type: 'urn:postern:problem:unreachable',
  code: 'unreachable',
  status: 0,
  title: 'The playground does not respond.',
  hint: 'Check the terminal that started it. This page continues automatically once it runs again.',
  retryable: true,
};

interface RequestOptions {
  /** @default POST with a body, GET without */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls the playground. The page and the server are built together, so responses are not validated.
 *
 * @param path below `/api`, with a leading slash
 * @throws {ApiError} for every status except 2xx, and if there is no response
 */
export async function call<Answer = void>(path: string, options?: RequestOptions): Promise<Answer> {
  const response = await send(path, options);
  const text = await response.text();
  return JSON.parse(text || 'null');
}

/** Calls the playground, and yields each line of its NDJSON response. */
export async function* callForLines<Line>(path: string, options?: RequestOptions): AsyncGenerator<Line> {
  const response = await send(path, options);
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const lines = (rest + chunk.value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield JSON.parse(line);
    }
  } finally {
    // Closing the connection cancels the work on the server.
    await reader.cancel();
  }
}

async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { body, signal, method = body === undefined ? 'GET' : 'POST' } = options;
  const isPlain = method === 'GET' || method === 'DELETE';
  const response = await reach(`/api${path}`, {
    method,
    ...(signal && { signal }),
    headers: {
      ...(method !== 'GET' && { [TOKEN_HEADER]: token }),
      ...(!isPlain && { 'Content-Type': 'application/json' }),
    },
    // Forms of other sites cannot send JSON, so even an empty body is JSON.
    ...(!isPlain && { body: JSON.stringify(body ?? {}) }),
  });
  if (response.ok) return response;
  throw new ApiError(await readProblem(response));
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(UNREACHABLE, { cause: error });
  }
}

async function readProblem(response: Response): Promise<Problem> {
  const problem: Problem = await response.json().catch(() => ({
    ...UNREACHABLE,
    code: 'unknown',
    status: response.status,
    title: `The playground responded with status ${response.status}.`,
  }));
  if (problem.code !== 'token_missing') return problem;
  return { ...problem, hint: 'The playground restarted. Reload this page.' };
}
