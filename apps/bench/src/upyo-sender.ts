import { createMessage } from '@upyo/core';
import { SmtpTransport } from '@upyo/smtp';
import type { MailServer, Sender } from './contestant.ts';
import type { MakeMessage } from './sample-email.ts';

/**
 * Upyo with a pool (https://upyo.org/transports/smtp, `pool` and `poolSize`), which is faster than `sendMany` over one
 * connection.
 */
export function openUpyo(
  { host, port, secure }: MailServer,
  connections: number,
  makeMessage: MakeMessage,
): Sender {
  const transport = new SmtpTransport({
    host,
    port,
    // No implicit TLS. STARTTLS is used if offered.
    secure: false,
    ...(secure && {
      auth: { user: secure.user, pass: secure.pass },
      tls: { ca: [secure.certificate] },
    }),
    pool: true,
    poolSize: connections,
  });
  return {
    async send(recipient, code) {
      const { from, to, subject, html, text } = makeMessage(recipient, code);
      const receipt = await transport.send(createMessage({ from, to, subject, content: { html, text } }));
      if (!receipt.successful) throw new Error(receipt.errorMessages.join(', '));
    },
    close: () => transport.closeAllConnections(),
  };
}
