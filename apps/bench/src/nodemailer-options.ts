import type { MailServer } from './contestant.ts';

/** The options of nodemailer, and of packages that use it, for a server. */
export const serverOptions = ({ host, port, secure }: MailServer) => ({
  host,
  port,
  ...(secure && {
    auth: { user: secure.user, pass: secure.pass },
    requireTLS: true,
    tls: { ca: secure.certificate },
  }),
});

/** https://nodemailer.com/smtp/pooled: connections stay open and are never replaced. */
export const poolOptions = (server: MailServer, connections: number) => ({
  ...serverOptions(server),
  pool: true as const,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
});
