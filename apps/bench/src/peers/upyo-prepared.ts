import { createMessage } from '@upyo/core';
import type { OpenSender } from '../contestant.ts';
import { prepareMessages } from '../sample-email.ts';
import { createUpyoTransport } from '../upyo-transport.ts';

/** Everything is rendered beforehand: it shows what sending alone costs. */
export const open: OpenSender = (server, connections, sample) => {
  const transport = createUpyoTransport(server, connections);
  const message = prepareMessages(sample);
  return {
    async send(recipient, code) {
      const { from, to, subject, html, text } = message(recipient, code);
      const receipt = await transport.send(createMessage({ from, to, subject, content: { html, text } }));
      if (!receipt.successful) throw new Error(receipt.errorMessages.join(', '));
    },
    close: () => transport.closeAllConnections(),
  };
};
