import { createMessage } from '@upyo/core';
import { SmtpTransport } from '@upyo/smtp';
import type { OpenSender } from '../contestant.ts';
import { constantMessage } from '../sign-in-email.ts';

/**
 * Renders nothing: everyone gets the same message. Its pool (https://upyo.org/transports/smtp, `pool` and `poolSize`)
 * is faster than its `sendMany`, which has one connection.
 */
export const open: OpenSender = ({ host, port, secure }, connections) => {
  const transport = new SmtpTransport({
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
  const { from, to, subject, html, text } = constantMessage;
  const message = createMessage({ from, to, subject, content: { html, text } });
  return {
    async send() {
      const receipt = await transport.send(message);
      if (!receipt.successful) throw new Error(receipt.errorMessages.join(', '));
    },
    close: () => transport.closeAllConnections(),
  };
};
