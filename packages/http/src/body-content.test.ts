import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createFetchHandler, createMailHandler, type HttpRequest, type MailHandlerOptions } from './index.js';

const LIMIT = 2048;
const sent: unknown[] = [];
const options: MailHandlerOptions = {
  mailer: {
    async send({ to, payload }) {
      sent.push([to, payload]);
      return {
        messageId: '<1@example.com>',
        transport: 'test',
        response: '',
        attempts: 1,
        durationMs: 0,
      } as never;
    },
    render: () => expect.unreachable(),
    deliver: () => expect.unreachable(),
    verify: () => expect.unreachable(),
  },
  authorize: () => true,
  bodyLimit: LIMIT,
};
const handler = createMailHandler(options);

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** Splits a text into chunks of three bytes, which split characters, too. */
const piecesOf = (text: string) => {
  const bytes = bytesOf(text);
  return Array.from({ length: Math.ceil(bytes.length / 3) }, (_, index) =>
    bytes.slice(index * 3, index * 3 + 3),
  );
};
async function* iterate(text: string) {
  yield* piecesOf(text);
}
const nodeStream = (text: string, options?: object) =>
  Readable.from(piecesOf(text), { objectMode: false, ...options });

/** Every form of an unparsed body that a framework may pass. */
const FORMS: [string, (text: string) => unknown][] = [
  ['text', (text) => text],
  ['a Uint8Array', bytesOf],
  ['a Buffer', (text) => Buffer.from(text)],
  ['a view of part of a buffer', (text) => new Uint8Array(bytesOf(`xx${text}`).buffer, 2)],
  ['an ArrayBuffer', (text) => bytesOf(text).buffer],
  ['a Blob', (text) => new Blob([text])],
  ['a web stream', (text) => ReadableStream.from(piecesOf(text))],
  ['a web stream of text', (text) => ReadableStream.from([...text])],
  ['a Node stream', nodeStream],
  ['a Node stream of text', (text) => nodeStream(text).setEncoding('utf8')],
  ['an async iterable', iterate],
];
const LISTS: typeof FORMS = [
  ['a list of bytes', piecesOf],
  ['a list of text', (text) => [...text]],
];
const PLACES: [string, (content: unknown) => HttpRequest['body']][] = [
  ['unread', (content) => ({ state: 'unread', bytes: content as string })],
  ['as parsed', (value) => ({ state: 'parsed', value })],
  ['without a state', (content) => content as string],
];

async function post(body: HttpRequest['body'], headers: Record<string, string> = {}) {
  const { status, body: answer = '{}' } = await handler.handle({
    method: 'POST',
    path: '/messages',
    header: (name) => ({ 'content-type': 'application/json', ...headers })[name],
    native: undefined,
    body,
  });
  const { code, detail } = JSON.parse(answer);
  return [status, code, detail].filter((part) => part !== undefined).join(' ');
}

const message = (name: string) =>
  JSON.stringify({ to: 'ada@example.com', type: 'SignIn', payload: { code: '1', name } });
const TEXTS: [string, string, string][] = [
  ['a valid body', message('Ärger 😀'), '200'],
  ['an invalid body', '{"to":1}', '400 invalid_request'],
  ['no JSON', '{', '400 malformed_json'],
  ['nothing', '', '400 malformed_json'],
  ['a duplicate name', '{"to":1,"to":2}', '400 malformed_json An object contains a duplicate name.'],
  [
    'a body that is too large',
    message('x'.repeat(LIMIT)),
    `413 content_too_large The limit is ${LIMIT} bytes.`,
  ],
];

describe.each([...FORMS, ...LISTS])('a body passed as %s', (form, make) => {
  const places = LISTS.some(([name]) => name === form)
    ? PLACES.filter(([name]) => name === 'unread')
    : PLACES;
  test.each(places)('%s gets the same responses as every other form', async (_place, wrap) => {
    for (const [name, text, answer] of TEXTS) expect(await post(wrap(make(text))), name).toBe(answer);
    expect(sent.at(-1)).toEqual(['ada@example.com', { code: '1', name: 'Ärger 😀' }]);
  });
});

test('a value from a body parser gets the same responses', async () => {
  // A parser rejects invalid JSON itself, and has already dropped duplicate names.
  const parsed = TEXTS.filter(([name]) =>
    ['a valid body', 'an invalid body', 'a body that is too large'].includes(name),
  );
  expect(parsed).toHaveLength(3);
  for (const [name, text, answer] of parsed)
    expect(await post({ state: 'parsed', value: JSON.parse(text) }), name).toBe(answer);
});

test.each([
  ['a Node stream', () => nodeStream(message('Ada'))],
  ['a web stream', () => ReadableStream.from(piecesOf(message('Ada')))],
])('rejects %s that is still compressed, even if a parser passed it on', async (_name, make) => {
  const encoded = { 'content-encoding': 'gzip' };
  expect(await post({ state: 'parsed', value: make() }, encoded)).toBe('415 unsupported_media_type');
  expect(await post({ state: 'unread', bytes: make() }, encoded)).toBe('415 unsupported_media_type');
});

test('returns 400 for a stream that fails, and 500 for a stream that was already read', async () => {
  const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
  expect(await post({ state: 'unread', bytes: failing })).toBe('400 malformed_json The body ended early.');

  const errors: unknown[] = [];
  const logger = { debug() {}, info() {}, warn() {}, error: (event: object) => void errors.push(event) };
  const read = nodeStream(message('Ada'));
  await read.toArray();
  const { status } = await createMailHandler({ ...options, logger }).handle({
    ...{ method: 'POST', path: '/messages', native: undefined, body: read },
    header: (name) => (name === 'content-type' ? 'application/json' : undefined),
  });
  const request = new Request('http://localhost/messages', {
    method: 'POST',
    body: message('Ada'),
    headers: { 'Content-Type': 'application/json' },
  });
  await request.json();
  const answer = await createFetchHandler({ ...options, logger })(request);
  expect([status, answer.status]).toEqual([500, 500]);
  expect(errors).toMatchObject(
    Array(2).fill({ event: 'http.failed', error: { message: expect.stringContaining('was read before') } }),
  );
});
