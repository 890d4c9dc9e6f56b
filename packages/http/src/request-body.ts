import type { z } from 'zod';
import { chunksOf, isContent, isStream, SpentBodyError } from './body-content.js';
import type { BodyContent, HttpBody, HttpRequest } from './http-message.js';
import { ProblemError } from './problem.js';

/** What a template needs at most, and the request around it. */
const MAX_DEPTH = 12;
/** How much more than the limit is read, unseen, so that a client that is still sending gets its answer. */
const DRAINED = 16;

/** No regular expression over all of it: who sends thousands of blanks should not be waited for. */
function isJson(contentType: string): boolean {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const isUtf8 = (parameter: string) => /^charset="?utf-8"?$/.test(parameter);
  return (
    type === 'application/json' &&
    parameters.every((parameter) => !parameter.startsWith('charset') || isUtf8(parameter))
  );
}

const malformed = (detail?: string) => new ProblemError('malformed_json', { detail });
const tooLarge = (limit: number) =>
  new ProblemError('content_too_large', { detail: `The limit is ${limit} bytes.` });

/**
 * Reads and checks the JSON body of a request.
 *
 * @throws {ProblemError} 415, 413 or 400
 */
export async function readBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  limit: number,
): Promise<z.output<Schema>> {
  const body = bodyOf(request);
  // A parser that collected a body has decompressed it; a stream comes as it was sent.
  const isCollected = body.state === 'parsed' && !isStream(body.value);
  const isPlain = isCollected || /^(?:identity)?$/i.test(request.header('content-encoding') ?? '');
  if (!isPlain || !isJson(request.header('content-type') ?? ''))
    throw new ProblemError('unsupported_media_type');
  // Far too much is not even begun. Servers throw away what nobody reads.
  if (Number(request.header('content-length')) > limit * DRAINED) throw tooLarge(limit);
  const value = await readJson(body, limit);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid_request', {
    errors: parsed.error.issues.map(({ path, message }) => ({ pointer: pointerTo(path), detail: message })),
  });
}

const bodyOf = ({ body }: HttpRequest): HttpBody =>
  typeof body === 'object' && 'state' in body ? body : { state: 'unread', bytes: body ?? '' };

async function readJson(body: HttpBody, limit: number): Promise<unknown> {
  if (body.state === 'unread') return parseJson(await readBytes(body.bytes, limit));
  if (isContent(body.value)) return parseJson(await readBytes(body.value, limit));
  return checkParsed(body.value, limit);
}

/** The parser that came first had limits of its own, or none. */
function checkParsed(value: unknown, limit: number): unknown {
  if (isTooDeep(value)) throw malformed('It is nested too deeply.');
  if (JSON.stringify(value)?.length > limit) throw tooLarge(limit);
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed();
  }
  const ambiguity = findAmbiguity(text);
  if (ambiguity) throw malformed(ambiguity);
  return value;
}

async function readBytes(content: BodyContent, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of chunksOf(content)) {
      size += chunk.byteLength;
      if (size <= limit) chunks.push(chunk);
      // Leaving the loop ends the connection.
      else if (size > limit * DRAINED) break;
    }
  } catch (error) {
    if (error instanceof SpentBodyError) throw error;
    throw malformed('It ended early.');
  }
  if (size > limit) throw tooLarge(limit);
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('It is not UTF-8.');
  }
}

/**
 * What two parsers could read differently in a valid JSON text: a name that occurs twice in one object (RFC 8259
 * section 4), or nesting that some stack does not survive.
 */
function findAmbiguity(text: string): string | undefined {
  const names: Set<string>[] = [];
  const colon = /\s*:/y;
  let opened: number | undefined;
  // A pattern of a whole string would need a stack as deep as the string has escapes.
  for (const { 0: token, index } of text.matchAll(/\\.|["{}[\]]/g)) {
    if (token === '"') {
      if (opened === undefined) {
        opened = index;
        continue;
      }
      const string = text.slice(opened, index + 1);
      opened = undefined;
      colon.lastIndex = index + 1;
      if (!colon.test(text)) continue;
      const name: string = JSON.parse(string);
      const known = names.at(-1);
      if (known?.has(name)) return 'A name occurs twice in one object.';
      known?.add(name);
    } else if (opened !== undefined) continue;
    else if (token === '{' || token === '[') {
      names.push(new Set());
      if (names.length > MAX_DEPTH) return 'It is nested too deeply.';
    } else names.pop();
  }
  return undefined;
}

function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/** RFC 6901. */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
