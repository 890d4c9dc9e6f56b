import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { type ConnectorConfig, createMailer } from '@postern/core';
import { deliverToServer, deliverToTrap } from './delivery.js';
import { createEventPrinter } from './event-printer.js';
import { createEventStream } from './event-stream.js';
import { createLazyQueue } from './lazy-queue.js';
import { startLogtoHost } from './logto-host.js';
import { createMailList } from './mail-list.js';
import { sampleRequests } from './sample-emails.js';
import { createPlaygroundServer } from './server.js';

const CLOSING_GRACE = 1500;

export interface PlaygroundOptions {
  readonly config: ConnectorConfig;
  /** `trap`: a server of our own takes all mail. `server`: the config's server really sends it. */
  readonly mode: 'trap' | 'server';
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether a free port will do when `port` is taken. @default false */
  readonly orFreePort?: boolean;
  /** How long emails that are under way may take to finish on closing, in milliseconds. @default 1500 */
  readonly closingGrace?: number;
  /** Gets lines to show to the person who started it. */
  print(line: string): void;
}

/** Everything end to end: config, mailer, a place to send to, and the page that shows it. */
export interface Playground extends AsyncDisposable {
  readonly url: string;
  /** Lets emails in flight finish for a moment, then ends everything. Idempotent. */
  close(): Promise<void>;
}

/**
 * @throws {ConfigError} when the server of the config can't be used
 * @throws Error with the code `EADDRINUSE` when the port is taken
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const { config, mode, print } = options;
  const events = createEventStream();
  const mails = createMailList(events.send);
  const delivery = await (mode === 'trap' ? deliverToTrap : deliverToServer)(config, mails.add);
  const mailer = createMailer({ config, transport: delivery.transport, logger: createEventPrinter(print) });
  // Only the trap can show what it sends: the connector keeps its emails to itself.
  const logto = mode === 'trap' ? await startLogtoHost(delivery.config) : undefined;
  const queue = createLazyQueue(mailer, ({ messageId, type }) => {
    if (messageId !== undefined) mails.label(messageId, { type, via: 'queue' });
  });
  const ending = new AbortController();
  const server = createServer(
    createPlaygroundServer({ config, delivery, mailer, logto, queue, mails, events, signal: ending.signal }),
  );

  async function shutDown() {
    const stopped = new Promise((resolve) => server.close(resolve));
    events.close();
    const graceMs = options.closingGrace ?? CLOSING_GRACE;
    const grace = setTimeout(() => ending.abort(), graceMs);
    await queue.close(graceMs);
    await mailer.close();
    clearTimeout(grace);
    await delivery.close();
    // Requests that waited for an email get their answers before their connections are closed.
    await setImmediate();
    server.closeAllConnections();
    await stopped;
  }
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= shutDown();
    return closing;
  };

  try {
    if (mode === 'trap') {
      print(`Mail goes to a trap on ${delivery.server} and stays there.`);
      for (const request of sampleRequests(config)) await mailer.send(request);
    } else {
      print(`Mail is really sent, through ${delivery.server}.`);
    }
    const port = await listen(server, options.port, options.orFreePort === true);
    if (options.port !== 0 && port !== options.port)
      print(`Port ${options.port} is taken, so it is ${port}.`);
    return { url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: Server, port: number, orFreePort: boolean): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (orFreePort && isPortTaken(error)) return listen(server, 0, false);
    throw error;
  }
}

export const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
