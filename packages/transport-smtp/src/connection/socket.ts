import dns from 'node:dns';
import net from 'node:net';
import { hasTimedOut, MailError } from '@postern/core';
import { serverName } from '../config/server-name.js';

/** Node's own look-up signature, e.g. `dns.lookup`; tests and split-horizon networks pass their own. */
export type Lookup = net.LookupFunction;

export interface SocketOptions {
  host: string;
  port: number;
  localAddress: string | undefined;
  /** Milliseconds. */
  dnsTimeout: number;
  /** Milliseconds, name look-up included. */
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
      hint: NOT_FOUND.has(code)
        ? 'Check host for typing mistakes.'
        : 'Check host, and the DNS servers of this machine.',
    });
  }
  const where = serverName({ host, port });
  if (code === 'ETIMEDOUT') {
    return new MailError('timeout', `${where} does not answer.`, {
      stage,
      cause: error,
      hint: 'A firewall may drop connections to this port; many hosting providers block 25. Try 587 or 465.',
    });
  }
  return new MailError('connection_failed', `Could not connect to ${where} (${code}).`, {
    stage,
    cause: error,
    hint:
      code === 'ECONNREFUSED'
        ? 'Nothing listens there: check host and port.'
        : 'Check host and port, and the network between.',
  });
}

/**
 * Opens the TCP connection. Of several addresses, the next is tried when one does not answer (RFC 8305).
 *
 * @throws {MailError} `connection_failed`, `timeout` or `aborted`, with the stage `dns` or `connect`
 */
export function openSocket(options: SocketOptions, signal: AbortSignal | undefined): Promise<net.Socket> {
  const { host, port, localAddress, dnsTimeout, connectionTimeout, lookup = dns.lookup } = options;
  return new Promise((resolve, reject) => {
    let stage: 'dns' | 'connect' = net.isIP(host) ? 'connect' : 'dns';
    let dnsTimer: NodeJS.Timeout | undefined;
    const socket = net.connect({
      host,
      port,
      ...(localAddress && { localAddress }),
      autoSelectFamily: true,
      noDelay: true,
      lookup: (hostname, lookupOptions, callback) => {
        // Node's look-up has no time-out of its own.
        dnsTimer = setTimeout(() => onTimeout(), dnsTimeout);
        lookup(hostname, lookupOptions, (error, ...addresses) => {
          clearTimeout(dnsTimer);
          if (!error) stage = 'connect';
          callback(error, ...addresses);
        });
      },
    });
    const settle = (finish: () => void) => {
      clearTimeout(dnsTimer);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      finish();
    };
    const fail = (error: MailError) =>
      settle(() => {
        socket.on('error', () => {});
        socket.destroy();
        reject(error);
      });
    const onError = (error: NodeJS.ErrnoException) => fail(toSocketError(error, stage, options));
    const onAbort = () => {
      if (hasTimedOut(signal)) onTimeout();
      else fail(new MailError('aborted', 'The send was aborted while connecting.', { stage }));
    };
    const onTimeout = () =>
      onError(
        Object.assign(new Error('Connection timed out'), {
          code: stage === 'dns' ? dns.TIMEOUT : 'ETIMEDOUT',
        }),
      );
    const timer = setTimeout(onTimeout, connectionTimeout);
    socket.once('error', onError);
    socket.once('connect', () => settle(() => resolve(socket)));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
