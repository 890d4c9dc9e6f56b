import { createMessage } from '@upyo/core';
import type { OpenSender } from '../contestant.ts';
import { prepareMessages } from '../sample-email.ts';
import { codeOf, recipientOf } from '../sign-in-email.ts';
import { createUpyoTransport } from '../upyo-transport.ts';

/** Everyone gets the same message, made once. No sign-in flow sends this; it shows what making a message costs. */
export const open: OpenSender = async (server, connections, sample) => {
  const transport = createUpyoTransport(server, connections);
  const { from, to, subject, html, text } = (await prepareMessages(sample))(recipientOf(0), codeOf(0));
  const message = createMessage({ from, to, subject, content: { html, text } });
  return {
    async send() {
      const receipt = await transport.send(message);
      if (!receipt.successful) throw new Error(receipt.errorMessages.join(', '));
    },
    close: () => transport.closeAllConnections(),
  };
};
