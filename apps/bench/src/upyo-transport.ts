import { SmtpTransport } from '@upyo/smtp';
import type { MailServer } from './contestant.ts';

/**
 * Upyo with its pool (https://upyo.org/transports/smtp, `pool` and `poolSize`), which is faster than its `sendMany` with
 * one connection.
 */
export const createUpyoTransport = ({ host, port, secure }: MailServer, connections: number): SmtpTransport =>
  new SmtpTransport({
    host,
    port,
    // TLS from the first byte; without it, STARTTLS is used where it is offered.
    secure: false,
    ...(secure && {
      auth: { user: secure.user, pass: secure.pass },
      tls: { ca: [secure.certificate] },
    }),
    pool: true,
    poolSize: connections,
  });
