import type { BodyContent } from './http-message.js';

/** The body was read before it reached the handler, so its content is lost. */
export class SpentBodyError extends TypeError {
  constructor() {
    super(
      'The body of the request was read before it reached this handler. Add the handler before body parsers, such as ' +
        'express.json(). In NestJS, import MailModule, and add @UnreadBody() to the method. If that is not possible, ' +
        'keep the bytes of the body in request.rawBody. In your own adapter, pass the result of the body parser as ' +
        "body: { state: 'parsed', value }. For a webhook, the value must be bytes or text.",
    );
    this.name = 'SpentBodyError';
  }
}

const has = <Name extends PropertyKey>(value: unknown, name: Name): value is object & Record<Name, unknown> =>
  typeof value === 'object' && value !== null && name in value;

/** Whether a value is bytes or text that must be parsed, rather than a parsed JSON value. */
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
 * Yields the chunks of a body as bytes.
 *
 * @throws {SpentBodyError} if a stream was already read
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
  throw new TypeError('Chunks of a body must be bytes or strings.');
}
