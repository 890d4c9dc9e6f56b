import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

/** A proxy that delays data between a client and a server, and counts round trips. */
export interface DelayingProxy extends AsyncDisposable {
  readonly port: number;
  /** Round trips of all connections so far. A round trip counts when its response has reached the client. */
  readonly roundTrips: number;
  close(): Promise<void>;
}

export interface DelayingProxyOptions {
  host: string;
  port: number;
  /** Milliseconds, half of it in each direction. */
  roundTripMs: number;
}

/**
 * Forwards each chunk separately after half a round trip. A round trip is a change of direction, regardless of the number of
 * writes in each direction.
 */
export async function startDelayingProxy({
  host,
  port,
  roundTripMs,
}: DelayingProxyOptions): Promise<DelayingProxy> {
  const sockets = new Set<net.Socket>();
  const underWay = new Set<NodeJS.Timeout>();
  let roundTrips = 0;

  /** Node.js timers with the same delay fire in order, so the order of chunks is preserved. */
  const later = (ways: number, action: () => void) => {
    const timer = setTimeout(
      () => {
        underWay.delete(timer);
        action();
      },
      (ways * roundTripMs) / 2,
    );
    underWay.add(timer);
  };

  const track = (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };

  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    track(client).pause();
    /** Whether the server has received data since it last sent some. */
    let isAsked = true;

    // The kernel accepts the connection immediately. On a real network, the client could send after one round trip (SYN,
    // SYN-ACK), and the server would learn of it half a round trip later (ACK).
    roundTrips += 1;
    later(3, () => {
      if (client.destroyed) return;
      const upstream = track(net.connect({ host, port, noDelay: true, allowHalfOpen: true }));
      client.on('data', (chunk) =>
        later(1, () => {
          isAsked = true;
          upstream.write(chunk);
        }),
      );
      upstream.on('data', (chunk) => {
        const isAnswer = isAsked;
        isAsked = false;
        later(1, () => {
          if (isAnswer) roundTrips += 1;
          client.write(chunk);
        });
      });
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        from.on('end', () => later(1, () => to.end()));
        from.on('close', () => later(1, () => to.destroy()));
      }
      client.resume();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const close = async () => {
    const closed = Promise.all([...sockets].map((socket) => once(socket, 'close')));
    for (const socket of sockets) socket.destroy();
    if (server.listening) server.close();
    await closed;
    for (const timer of underWay) clearTimeout(timer);
  };
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    get roundTrips() {
      return roundTrips;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
