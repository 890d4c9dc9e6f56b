import dns from 'node:dns';
import net from 'node:net';
import { hasTimedOut, MailError } from '@postern/core';
import { serverName } from '../config/server-name.js';

/** The signature of `dns.lookup`. Tests and split-horizon networks can pass their own function. */
export type Lookup = net.LookupFunction;

export interface SocketOptions {
  host: string;
  port: number;
  localAddress: string | undefined;
  /** Milliseconds. */
  dnsTimeout: number;
  /** Milliseconds, including the DNS lookup. */
  connectionTimeout: number;
  lookup: Lookup | undefined;
}

const NOT_FOUND: ReadonlySet<string> = new Set([dns.NOTFOUND, dns.NODATA, 'ENOENT']);

function toSocketError(
  error: NodeJS.ErrnoException,
  stage: 'dns' | 'connect',
  { host, port }: Pick<SocketOptions, 'host' | 'port'>,
): MailError {
  const { code = '' } = error;
  if (stage === 'dns') {
    if (code === dns.TIMEOUT) {
      return new MailError('timeout', `Looking up ${host} took too long.`, {
        stage,
        cause: error,
        hint: 'Check the DNS servers of this machine.',
      });
    }
    return new MailError('connection_failed', `The host ${host} could not be found (${code}).`, {
      stage,
      cause: error,
      hint: NOT_FOUND.has(code) ? 'Check host for typos.' : 'Check host and the DNS servers of this machine.',
    });
  }
  const where = serverName({ host, port });
  if (code === 'ETIMEDOUT') {
    return new MailError('timeout', `${where} did not respond.`, {
      stage,
      cause: error,
      hint: 'A firewall may block this port. Many hosting providers block port 25: try 587 or 465.',
    });
  }
  return new MailError('connection_failed', `Could not connect to ${where} (${code}).`, {
    stage,
    cause: error,
    hint:
      code === 'ECONNREFUSED'
        ? 'No service is listening on that port. Check host and port.'
        : 'Check host, port, and the network connection.',
  });
}

interface Address {
  address: string;
  family: number;
}

const lookUp = (host: string, lookup: Lookup) =>
  new Promise<Address[]>((resolve, reject) => {
    lookup(host, { all: true, hints: dns.ADDRCONFIG }, (error, found, family = 4) => {
      const addresses = Array.isArray(found) ? found : [{ address: found, family }];
      if (error) reject(error);
      else if (addresses.length === 0) reject(Object.assign(new Error('No address'), { code: dns.NODATA }));
      else resolve(addresses);
    });
  });

/** Alternates between IPv6 and IPv4 addresses (RFC 8305 section 4). */
function inTurn(addresses: readonly Address[]): Address[] {
  const preferred = addresses.filter(({ family }) => family === addresses[0]?.family);
  const others = addresses.filter((address) => !preferred.includes(address));
  return [
    ...preferred.flatMap((address, index) => [address, ...others.slice(index, index + 1)]),
    ...others.slice(preferred.length),
  ];
}

/** The delay before the next address is also tried, in milliseconds (RFC 8305 section 5). */
const NEXT_ADDRESS_AFTER = 250;

/** Errors of this machine's network, not of the server. Many machines have no IPv6. */
const NO_ROUTE: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
]);

/**
 * Connects to the first address that answers. Each attempt continues until `stop`, unlike in Node.js, which gives up on every
 * address except the last after 250 ms.
 */
function connectToAny(
  addresses: readonly Address[],
  { port, localAddress }: Pick<SocketOptions, 'port' | 'localAddress'>,
  stop: AbortSignal,
): Promise<net.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<net.Socket>();
  const queue = inTurn(addresses);
  const attempts = new Set<net.Socket>();
  let timer: NodeJS.Timeout | undefined;
  let reason: NodeJS.ErrnoException | undefined;
  const tryNext = () => {
    clearTimeout(timer);
    const target = queue.shift();
    if (!target || stop.aborted) return;
    const socket = net.connect({
      host: target.address,
      port,
      noDelay: true,
      ...(localAddress && { localAddress }),
    });
    attempts.add(socket);
    const onError = (error: NodeJS.ErrnoException) => {
      attempts.delete(socket);
      if (!reason || NO_ROUTE.has(reason.code ?? '')) reason = error;
      if (queue.length === 0 && attempts.size === 0) reject(reason);
      tryNext();
    };
    socket.on('error', onError);
    socket.once('connect', () => {
      attempts.delete(socket);
      socket.off('error', onError);
      resolve(socket);
    });
    if (queue.length > 0) timer = setTimeout(tryNext, NEXT_ADDRESS_AFTER);
  };
  stop.addEventListener('abort', () => {
    clearTimeout(timer);
    for (const socket of attempts) socket.destroy();
  });
  tryNext();
  return promise;
}

/**
 * Opens the TCP connection. If there are several addresses, uses the first one that answers (RFC 8305).
 *
 * @throws {MailError} `connection_failed`, `timeout` or `aborted`, with the stage `dns` or `connect`
 */
export async function openSocket(
  options: SocketOptions,
  signal: AbortSignal | undefined,
): Promise<net.Socket> {
  const { host, dnsTimeout, connectionTimeout, lookup = dns.lookup } = options;
  const family = net.isIP(host);
  let stage: 'dns' | 'connect' = family ? 'connect' : 'dns';
  const stopped = Promise.withResolvers<never>();
  const timeOut = () => {
    const code = stage === 'dns' ? dns.TIMEOUT : 'ETIMEDOUT';
    stopped.reject(Object.assign(new Error('Connection timed out'), { code }));
  };
  const onAbort = () =>
    hasTimedOut(signal)
      ? timeOut()
      : stopped.reject(new MailError('aborted', 'The send was aborted while connecting.', { stage }));
  const end = new AbortController();
  const timer = setTimeout(timeOut, connectionTimeout);
  // Node's lookup has no timeout.
  const dnsTimer = setTimeout(() => stage === 'dns' && timeOut(), dnsTimeout);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  const connect = async () => {
    const addresses = family ? [{ address: host, family }] : await lookUp(host, lookup);
    stage = 'connect';
    return connectToAny(addresses, options, end.signal);
  };
  try {
    return await Promise.race([stopped.promise, connect()]);
  } catch (error) {
    throw error instanceof MailError ? error : toSocketError(error as Error, stage, options);
  } finally {
    clearTimeout(timer);
    clearTimeout(dnsTimer);
    signal?.removeEventListener('abort', onAbort);
    end.abort();
  }
}
