import { createMessage } from '@upyo/core';
import type { OpenSender } from '../contestant.ts';
import { renderMessages } from '../sample-email.ts';
import { createUpyoTransport } from '../upyo-transport.ts';

/** Renders nothing: the application renders each email. */
export const open: OpenSender = (server, connections, sample) => {
  const transport = createUpyoTransport(server, connections);
  const message = renderMessages(sample);
  return {
    async send(recipient, code) {
      const { from, to, subject, html, text } = message(recipient, code);
      const receipt = await transport.send(createMessage({ from, to, subject, content: { html, text } }));
      if (!receipt.successful) throw new Error(receipt.errorMessages.join(', '));
    },
    close: () => transport.closeAllConnections(),
  };
};
