import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { type Sink, startOwnSink, startSecureSink } from './sink.ts';

/** The reply codes of the sink to these chunks. */
async function codesOf({ server }: Sink, pieces: readonly string[]): Promise<string[]> {
  const socket = connect({ host: server.host, port: server.port, noDelay: true });
  const answers = buffer(socket);
  for (const piece of pieces) await new Promise((resolve) => socket.write(piece, resolve));
  const text = (await answers).toString();
  return [...text.matchAll(/^(\d{3}) /gm)].map(([, code = '']) => code);
}

it('accepts sequential messages, pipelined and in any chunks', async () => {
  await using sink = await startOwnSink();
  const dialogue = [
    'EHLO bench\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n',
    'Subject: one\r\n\r\n..\r\n.QUIT\r\n.',
    '\r\nmail from:<a@example.com>\r\nRCPT TO:<b@exam',
    'ple.com>\r\nDATA\r\nSubject: two\r\n\r\ntwo\r\n.\r\nNONSENSE\r\nQUIT\r\n',
  ];
  const message = ['250', '250', '354', '250'];
  expect(await codesOf(sink, dialogue)).toEqual(['220', '250', ...message, ...message, '502', '221']);
});

it.each([
  ['AUTH PLAIN AGEAYg==\r\n', ['235']],
  ['AUTH PLAIN\r\nAGEAYg==\r\n', ['334', '235']],
  ['AUTH LOGIN\r\nYQ==\r\nYg==\r\n', ['334', '334', '235']],
  ['AUTH LOGIN YQ==\r\nYg==\r\n', ['334', '235']],
])('supports the dialogue of %j', async (login, expected) => {
  await using sink = await startOwnSink();
  expect(await codesOf(sink, [login, 'QUIT\r\n'])).toEqual(['220', ...expected, '221']);
});

it('rejects plain text in a secure sink', async () => {
  await using sink = await startSecureSink();
  const dialogue = ['EHLO bench\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@example.com>\r\nQUIT\r\n'];
  expect(await codesOf(sink, dialogue)).toEqual(['220', '250', '538', '530', '221']);
});

it('stops when it is closed', async () => {
  const sink = await startOwnSink();
  await sink.close();
  await sink.close();
  const socket = connect(sink.server.port, sink.server.host);
  const [error]: unknown[] = await once(socket, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
});
