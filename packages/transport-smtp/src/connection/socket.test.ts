import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lookupTo } from '../../fixtures/lookup.js';
import { createStage } from '../../fixtures/stage.js';
import { createSmtpTransport, type Lookup } from '../index.js';

/** Accepts connections only when told to. Until then, its backlog is full and the kernel drops further connections. */
const SLOW_SERVER = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer((socket) => socket.on('error', () => {}).end('554 Slow\\r\\n'));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData, 0, 0);
  });
`;

async function startSlowServer() {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SLOW_SERVER, { eval: true, workerData: gate });
  const [port] = (await once(worker, 'message')) as [number]; // what SLOW_SERVER posts
  const sockets = Array.from({ length: 4 }, () => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => {});
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await worker.terminate();
  });
  await Promise.all(sockets.slice(0, 2).map((socket) => once(socket, 'connect')));
  const accept = () => {
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  };
  return { port, accept };
}

/** A server that refuses every connection with its name. */
async function listen(port: number, host: string) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.end('554 Good\r\n');
  }).listen(port, host);
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  return () => connections;
}

const v4 = (address: string) => ({ address, family: 4 });
const NO_ROUTE = { address: '2001:db8::25', family: 6 };
const SILENT = v4('127.0.0.1');
const GOOD = v4('127.0.0.2');
const CLOSED = v4('127.0.0.3');

const failureAt = (port: number, lookup: Lookup, timeouts = {}) =>
  createSmtpTransport({ host: 'smtp.example.com', port, ...timeouts }, { lookup })
    .verify()
    .catch((error: unknown) => error);

describe('a host with several addresses', () => {
  it.each([
    ['silent, good', [SILENT, GOOD]],
    ['good, silent', [GOOD, SILENT]],
    ['closed, silent, good', [CLOSED, SILENT, GOOD]],
    ['silent, closed, good', [SILENT, CLOSED, GOOD]],
    ['no route, good', [NO_ROUTE, GOOD]],
    ['silent, no route, silent, good', [SILENT, NO_ROUTE, SILENT, GOOD]],
  ])('uses the address that answers: %s', async (_title, addresses) => {
    await using stage = createStage();
    const port = await stage.filtered(25);
    const connections = await listen(port, GOOD.address);
    expect(await failureAt(port, lookupTo(...addresses))).toMatchObject({ response: '554 Good' });
    expect(connections()).toBe(1);
  });

  it.each([
    ['slow, closed', [SILENT, CLOSED]],
    ['slow, no route', [SILENT, NO_ROUTE]],
    ['no route, slow, closed', [NO_ROUTE, SILENT, CLOSED]],
    ['closed, slow', [CLOSED, SILENT]],
  ])('tries each address for the whole time: %s', async (_title, addresses) => {
    const { port, accept } = await startSlowServer();
    const lookup: Lookup = (...args) => {
      lookupTo(...addresses)(...args);
      setImmediate(accept);
    };
    expect(await failureAt(port, lookup)).toMatchObject({ response: '554 Slow' });
  });

  it('reports the error of an address that this machine can reach', async () => {
    await using stage = createStage();
    const port = await stage.filtered(25);
    const refused = await failureAt(port, lookupTo(NO_ROUTE, CLOSED));
    expect(refused).toMatchObject({ code: 'connection_failed', stage: 'connect' });
    expect(refused).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') });
    const late = await failureAt(port, lookupTo(CLOSED, SILENT), { connectionTimeout: 400 });
    expect(late).toMatchObject({ code: 'timeout', stage: 'connect' });
  });

  it.each<[string, Lookup]>([
    ['returns nothing', (_host, _options, callback) => callback(null, [])],
    [
      'throws',
      () => {
        throw new Error('No resolver');
      },
    ],
  ])('reports a lookup that %s', async (_title, lookup) => {
    expect(await failureAt(25, lookup)).toMatchObject({ code: 'connection_failed', stage: 'dns' });
  });
});
