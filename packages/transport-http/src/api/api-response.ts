/** The response of a provider's API. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The body, up to a limit. */
  readonly text: string;
  /** The body as JSON, or `undefined` if it is not JSON. */
  readonly json: unknown;
}

/** Longer bodies are not read to the end, so that a server cannot exhaust the memory. No API sends that much. */
const LONGEST_BODY = 1_048_576;

/** Reads the body of a response. */
export async function readApiResponse(response: Response): Promise<ApiResponse> {
  const text = await readText(response.body);
  return { status: response.status, headers: response.headers, text, json: parseJson(text) };
}

export const isSuccess = ({ status }: ApiResponse): boolean => status >= 200 && status < 300;

async function readText(body: Response['body']): Promise<string> {
  const reader = body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length < LONGEST_BODY) continue;
    await reader.cancel();
    return text;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
