import type { Problem } from '../src/wire/problem';
import { TOKEN_HEADER } from '../src/wire/session';
import { token } from './page-settings';

/** The server refused, or could not be reached. Says what happened and, where one helps, what to do about it. */
export class ApiError extends Error {
  override name = 'ApiError';
  /** Everything that the server said; `status` is 0 when it said nothing. */
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
  title: 'The playground does not answer.',
  hint: 'Check the terminal that started it. This page continues automatically once it runs again.',
  retryable: true,
};

interface RequestOptions {
  /** @default POST with a body, GET without */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls the playground.
 *
 * Its types are those of `src/wire`. Answers are not checked again: page and server come out of one build.
 *
 * @param path below `/api`, with the slash
 * @throws {ApiError} for every answer that isn't 2xx, and when there is none
 */
export async function call<Answer = void>(path: string, options?: RequestOptions): Promise<Answer> {
  const response = await send(path, options);
  const text = await response.text();
  // No content, no answer.
  return JSON.parse(text || 'null');
}

/** Calls the playground, and gives each line of its answer (NDJSON) as it comes. */
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
    // Whoever stops listening stops the work too.
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
    // What needs no body is still sent as JSON, which forms of other sites can't.
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
    title: `The playground answered ${response.status}.`,
  }));
  if (problem.code !== 'token_missing') return problem;
  return { ...problem, hint: 'The playground restarted. Reload this page.' };
}
