import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';

export interface ListenOptions {
  /** 0 selects a free port. */
  readonly port: number;
  /** Whether to use a free port if `port` is taken. @default false */
  readonly orFreePort?: boolean | undefined;
}

/**
 * Listens on loopback.
 *
 * @returns the port
 * @throws Error with the code `EADDRINUSE` if the port is taken
 */
export async function listen(server: Server, { port, orFreePort = false }: ListenOptions): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, LOOPBACK, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (orFreePort && isPortTaken(error)) return listen(server, { port: 0 });
    throw error;
  }
}

export const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
