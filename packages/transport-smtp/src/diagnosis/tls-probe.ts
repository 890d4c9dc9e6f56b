import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MailError } from '@postern/core';
import type { ServerConfig } from '../config/well-known-service.js';
import { openSocket } from '../connection/socket.js';
import { tlsFactsOf } from './certificate-facts.js';
import type { AttemptLimits } from './connection-attempt.js';
import type { DiagnosisFacts } from './diagnosis.js';

export interface TlsFindings {
  facts: DiagnosisFacts['tls'];
  isTrusted: boolean;
}

/** The last line of a reply has no hyphen after the code (RFC 5321 section 4.2). */
const LAST_LINE = /^\d{3}(?: .*)?\r?\n/m;

/** Calls back after STARTTLS, or immediately for implicit TLS. */
function whenReadyForTls(socket: Socket, { secure, name = '[127.0.0.1]' }: ServerConfig, begin: () => void) {
  if (secure) return begin();
  const commands = [`EHLO ${name}`, 'STARTTLS'];
  let reply = '';
  socket.on('data', function read(chunk: Buffer) {
    reply += chunk.toString('latin1');
    if (!LAST_LINE.test(reply)) return;
    reply = '';
    const command = commands.shift();
    if (command !== undefined) {
      socket.write(`${command}\r\n`);
      return;
    }
    socket.removeListener('data', read);
    begin();
  });
}

/**
 * Inspects the TLS of a server over a separate connection, because nodemailer's socket is private. Resolves with `undefined` if
 * there is no TLS.
 */
export async function probeTls(
  server: ServerConfig,
  { lookup, deadline }: AttemptLimits,
): Promise<TlsFindings | undefined> {
  const { host, port, secure = false, servername, tls, localAddress, dnsTimeout, connectionTimeout } = server;
  const { promise, resolve } = Promise.withResolvers<TlsFindings | undefined>();
  let stop = () => {};
  try {
    const socket = await openSocket(
      { host, port, localAddress, lookup, dnsTimeout, connectionTimeout },
      deadline,
    );
    stop = () => socket.destroy();
    deadline.addEventListener('abort', () => stop());
    socket.on('error', () => {});
    socket.once('close', () => resolve(undefined));
    whenReadyForTls(socket, server, () => {
      const options = {
        ...tls,
        ...(servername && !isIP(servername) && { servername }),
        host,
        socket,
        rejectUnauthorized: false,
      };
      const secured = connectTls(options, () => {
        resolve({ facts: tlsFactsOf(secured, secure), isTrusted: secured.authorized });
        // Node.js crashes if a listener of the handshake destroys the socket.
        setImmediate(stop);
      });
      secured.on('error', () => {});
      stop = () => secured.destroy();
    });
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    return undefined;
  }
  return promise;
}
