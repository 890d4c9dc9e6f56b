import * as z from 'zod';
import { chunksOf, isContent, isStream, SpentBodyError } from './body-content.js';
import type { BodyContent, HttpBody, HttpRequest } from './http-message.js';
import { ProblemError } from './problem.js';

/** Enough for the variables of a template and the request that contains them. */
const MAX_DEPTH = 12;
/** Up to this multiple of the limit, excess data is read and discarded, so that the client gets a response. */
const DRAINED = 16;

/** Splits the value first, because one regular expression would be slow on thousands of spaces. */
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
 * @throws {ProblemError} with status 415, 413, or 400
 */
export async function readBody<Schema extends z.ZodType>(
  request: HttpRequest,
  schema: Schema,
  limit: number,
): Promise<z.output<Schema>> {
  return checkBody(await readJson(requireJson(request, limit), limit), schema);
}

/**
 * Reads the JSON body of a request as it was sent, to check its signature. Pass the text to {@link parseBody}.
 *
 * @throws {ProblemError} with status 415, 413, or 400
 * @throws {TypeError} if a body parser has read the body and kept only its value
 */
export async function readBodyText(request: HttpRequest, limit: number): Promise<string> {
  const content = contentOf(requireJson(request, limit));
  if (content === undefined) throw new SpentBodyError();
  return decode(await readBytes(content, limit));
}

/**
 * Parses and checks a JSON body.
 *
 * @param maxDepth the most objects and arrays inside each other. The default is 12.
 * @throws {ProblemError} with status 400
 */
export const parseBody = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  maxDepth = MAX_DEPTH,
): z.output<Schema> => checkBody(parseJson(text, maxDepth), schema);

/** Checks what the headers say about the body. */
function requireJson(request: HttpRequest, limit: number): HttpBody {
  const body = bodyOf(request);
  // A parser that collected a body also decompressed it. A stream may still be compressed.
  const isCollected = body.state === 'parsed' && !isStream(body.value);
  const isPlain = isCollected || /^(?:identity)?$/i.test(request.header('content-encoding') ?? '');
  if (!isPlain || !isJson(request.header('content-type') ?? ''))
    throw new ProblemError('unsupported_media_type');
  // Do not start to read a body that is far too large. Servers discard unread bodies.
  if (Number(request.header('content-length')) > limit * DRAINED) throw tooLarge(limit);
  return body;
}

function checkBody<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid_request', {
    errors: parsed.error.issues.map(({ path, message }) => ({ pointer: pointerTo(path), detail: message })),
  });
}

/**
 * Reads a field of a form. Returns `undefined` for other content types and for a field that is missing.
 *
 * @throws {ProblemError} with status 413 or 400
 */
export async function readFormField(
  request: HttpRequest,
  name: string,
  limit: number,
): Promise<string | undefined> {
  const [type = ''] = (request.header('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return undefined;
  const body = bodyOf(request);
  const content = body.state === 'unread' ? body.bytes : body.value;
  // A body parser has read the form.
  if (!isContent(content)) return formSchema.safeParse(content).data?.[name];
  return new URLSearchParams(decode(await readBytes(content, limit))).get(name) ?? undefined;
}

const formSchema = z.record(z.string(), z.string());

const bodyOf = ({ body }: HttpRequest): HttpBody =>
  typeof body === 'object' && 'state' in body ? body : { state: 'unread', bytes: body ?? '' };

/** The bytes of a body, or `undefined` if a body parser kept only its value. */
function contentOf(body: HttpBody): BodyContent | undefined {
  if (body.state === 'unread') return body.bytes;
  return isContent(body.value) ? body.value : undefined;
}

async function readJson(body: HttpBody, limit: number): Promise<unknown> {
  const content = contentOf(body);
  if (content !== undefined) return parseJson(decode(await readBytes(content, limit)));
  return body.state === 'parsed' ? checkParsed(body.value, limit) : undefined;
}

/** Applies the limits again, because the framework's parser may have other limits or none. */
function checkParsed(value: unknown, limit: number): unknown {
  if (isTooDeep(value)) throw malformed('The body is nested too deeply.');
  if (JSON.stringify(value)?.length > limit) throw tooLarge(limit);
  return value;
}

function parseJson(text: string, maxDepth = MAX_DEPTH): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed();
  }
  const ambiguity = findAmbiguity(text, maxDepth);
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
      // Leaving the loop closes the connection.
      else if (size > limit * DRAINED) break;
    }
  } catch (error) {
    if (error instanceof SpentBodyError) throw error;
    throw malformed('The body ended early.');
  }
  if (size > limit) throw tooLarge(limit);
  return concatenate(chunks, size);
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8.');
  }
}

/**
 * Finds valid JSON that parsers interpret differently: duplicate names in one object (RFC 8259 section 4), or nesting that
 * can overflow a stack.
 */
function findAmbiguity(text: string, maxDepth: number): string | undefined {
  const names: Set<string>[] = [];
  const colon = /\s*:/y;
  let opened: number | undefined;
  // A pattern that matches a whole string would overflow the stack on a string with many escapes.
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
      if (known?.has(name)) return 'An object contains a duplicate name.';
      known?.add(name);
    } else if (opened !== undefined) continue;
    else if (token === '{' || token === '[') {
      names.push(new Set());
      if (names.length > maxDepth) return 'The body is nested too deeply.';
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

/** JSON Pointer (RFC 6901). */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
