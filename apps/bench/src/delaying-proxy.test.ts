import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startDelayingProxy } from './delaying-proxy.ts';

/** Much longer than the machine itself needs, but short enough for a test. */
const ROUND_TRIP = 100;

async function startServer(onConnection: (socket: net.Socket) => void): Promise<number> {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

async function connectThroughProxy(onConnection: (socket: net.Socket) => void) {
  const port = await startServer(onConnection);
  const proxy = await startDelayingProxy({ host: '127.0.0.1', port, roundTripMs: ROUND_TRIP });
  onTestFinished(() => proxy.close());
  const client = net.connect({ host: '127.0.0.1', port: proxy.port, noDelay: true });
  client.setEncoding('utf8');
  await once(client, 'connect');
  const read = async (end: string) => {
    let text = '';
    while (!text.endsWith(end)) [text] = [text + String(await once(client, 'data'))];
    return text;
  };
  return { client, proxy, read };
}

it('counts changes of direction instead of writes', async () => {
  const { client, proxy, read } = await connectThroughProxy((socket) => {
    socket.write('220 ready\r\n');
    let heard = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      heard += chunk;
      // Three replies in separate writes to three commands in one write.
      if (heard.endsWith('DATA\r\n'))
        for (const reply of ['250 1', '250 2', '354 3']) socket.write(`${reply}\r\n`);
      if (heard.endsWith('\r\n.\r\n')) socket.write('250 taken\r\n');
    });
  });
  await read('220 ready\r\n');
  // The TCP handshake and the greeting.
  expect(proxy.roundTrips).toBe(2);

  for (const command of ['MAIL', 'RCPT', 'DATA']) client.write(`${command}\r\n`);
  expect(await read('354 3\r\n')).toBe('250 1\r\n250 2\r\n354 3\r\n');
  expect(proxy.roundTrips).toBe(3);

  client.write('text\r\n');
  client.write('.\r\n');
  await read('250 taken\r\n');
  expect(proxy.roundTrips).toBe(4);
  client.destroy();
});

it('takes the time of the counted round trips', async () => {
  const begin = performance.now();
  const { client, proxy, read } = await connectThroughProxy((socket) => {
    socket.write('hello\n');
    socket.on('data', (chunk) => socket.write(chunk));
  });
  await read('hello\n');
  for (const word of ['one\n', 'two\n']) {
    client.write(word);
    await read(word);
  }
  expect(proxy.roundTrips).toBe(4);
  // A busy machine can only delay it. A timer may fire one millisecond early.
  expect((performance.now() - begin) / ROUND_TRIP).toBeGreaterThan(3.9);
  client.destroy();
});

it('preserves order and delivers all data before the end', async () => {
  const { client } = await connectThroughProxy((socket) => socket.pipe(socket));
  const sent = Array.from({ length: 2000 }, (_, index) => `${index}\n`);
  for (const line of sent) client.write(line);
  client.end();
  let received = '';
  for await (const chunk of client) received += chunk;
  expect(received).toBe(sent.join(''));
});

it('ends a connection when the server closes it', async () => {
  const { client, read } = await connectThroughProxy((socket) => {
    socket.write('bye\n');
    socket.resetAndDestroy();
  });
  client.on('error', () => {});
  await Promise.race([read('never'), once(client, 'close')]);
  expect(client.closed).toBe(true);
});
