import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  createLinkGuard,
  createMailHandler,
  type ProblemCode,
  ProblemError,
  problemResponse,
} from './index.js';

const markdown = await readFile(new URL('../README.md', import.meta.url), 'utf8');
/** The first two cells of every row that starts with code. */
const rows = [...markdown.matchAll(/^\| `([^`]+)` +\| ([^|]*?) +\|/gm)].map(([, name = '', next]) => [
  name,
  next,
]);

const neverCalled = (): never => expect.unreachable();
const handler = createMailHandler({
  mailer: { send: neverCalled, render: neverCalled, deliver: neverCalled, verify: neverCalled },
  verification: {
    start: neverCalled,
    check: neverCalled,
    peekLink: neverCalled,
    consumeLink: neverCalled,
  },
  linkGuard: createLinkGuard({
    keys: [{ id: 'test', secret: 's'.repeat(32) }],
    url: 'https://app.example.com/open',
  }),
  authorize: neverCalled,
});

test('the README lists every route and its caller', () => {
  const listed = rows.filter(([name]) => /^(?:GET|POST) /.test(name ?? ''));
  expect(listed).toEqual(
    handler.routes.map(({ method, path, access }) => [
      `${method} ${path}`,
      access === 'authorized' ? '`authorize`' : 'anyone',
    ]),
  );
});

test('the README lists every problem with its status', async () => {
  const { body = '' } = await handler.handle({
    ...{ method: 'GET', path: '/openapi.json', header: () => undefined, native: undefined },
  });
  const codes: ProblemCode[] = JSON.parse(body).components.schemas.Problem.properties.code.enum;
  const listed = rows.filter(([, status]) => /^[45]\d\d$/.test(status ?? ''));
  expect(listed).toEqual(codes.map((code) => [code, String(problemResponse(new ProblemError(code)).status)]));
});
