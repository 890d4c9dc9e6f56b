import type { MailServer } from './contestant.ts';

/** How nodemailer, and what is built on it, is told about a server. */
export const serverOptions = ({ host, port, secure }: MailServer) => ({
  host,
  port,
  ...(secure && {
    auth: { user: secure.user, pass: secure.pass },
    requireTLS: true,
    tls: { ca: secure.certificate },
  }),
});

/** https://nodemailer.com/smtp/pooled: connections stay open, and are never replaced because of their age. */
export const poolOptions = (server: MailServer, connections: number) => ({
  ...serverOptions(server),
  pool: true as const,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
});
