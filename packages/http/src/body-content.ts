import type { BodyContent } from './http-message.js';

/** Something read the body first and kept nothing, so there is nothing to answer the client by. */
export class SpentBodyError extends TypeError {
  constructor() {
    super(
      'The body of the request was read before it reached the mail handler. Pass the request unread, or what was ' +
        "read as body: { state: 'parsed', value }.",
    );
    this.name = 'SpentBodyError';
  }
}

const has = <Name extends PropertyKey>(value: unknown, name: Name): value is object & Record<Name, unknown> =>
  typeof value === 'object' && value !== null && name in value;

/** Whether a value is bytes or text that still has to be parsed, rather than the value of JSON. */
export function isContent(value: unknown): value is BodyContent {
  return (
    typeof value === 'string' ||
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    value instanceof Blob ||
    isStream(value)
  );
}

export const isStream = (value: unknown): value is ReadableStream | AsyncIterable<Uint8Array | string> =>
  value instanceof ReadableStream || has(value, Symbol.asyncIterator);

/**
 * The chunks of a body, as bytes.
 *
 * @throws {SpentBodyError} when a stream was read before
 */
export async function* chunksOf(content: BodyContent): AsyncGenerator<Uint8Array> {
  if (content instanceof Blob) yield* chunksOf(content.stream());
  else if (typeof content === 'string' || ArrayBuffer.isView(content) || content instanceof ArrayBuffer)
    yield toBytes(content);
  else {
    if (
      content instanceof ReadableStream
        ? content.locked
        : has(content, 'readableDidRead') && content.readableDidRead
    )
      throw new SpentBodyError();
    for await (const chunk of content) yield toBytes(chunk);
  }
}

const encoder = new TextEncoder();

function toBytes(chunk: string | ArrayBufferView | ArrayBuffer): Uint8Array {
  if (typeof chunk === 'string') return encoder.encode(chunk);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new TypeError('A chunk of a body must be bytes or text.');
}
