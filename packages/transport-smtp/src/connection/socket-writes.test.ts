import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { startSmtpTrap, testEmail } from '@postern/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createSmtpTransport } from '../smtp-transport.js';

/** Counts the writes of client sockets. Each write is a separate segment, because Nagle's algorithm is off. */
function countWrites(): { count: number } {
  const writes = { count: 0 };
  const onSocket = (message: unknown) => {
    const { socket } = message as { socket: Socket }; // documented for `net.client.socket`
    for (const method of ['_write', '_writev'] as const) {
      const original = socket[method]?.bind(socket) as (...args: unknown[]) => void;
      Object.assign(socket, {
        [method](...args: unknown[]) {
          writes.count += 1;
          original(...args);
        },
      });
    }
  };
  subscribe('net.client.socket', onSocket);
  onTestFinished(() => void unsubscribe('net.client.socket', onSocket));
  return writes;
}

it.each([
  { offers: 'PIPELINING', hideExtensions: [], writes: 2 },
  { offers: 'no PIPELINING', hideExtensions: ['PIPELINING'], writes: 4 },
] as const)(
  'writes an email in $writes pieces to a server that offers $offers',
  async ({ hideExtensions, writes }) => {
    const trap = await startSmtpTrap({ tls: 'none', hideExtensions });
    const counted = countWrites();
    const transport = createSmtpTransport({ host: '127.0.0.1', port: trap.port });
    onTestFinished(async () => {
      await transport.close();
      await trap.close();
    });
    await transport.send(testEmail());
    const before = counted.count;
    await transport.send(testEmail());
    expect(counted.count - before).toBe(writes);
  },
);
