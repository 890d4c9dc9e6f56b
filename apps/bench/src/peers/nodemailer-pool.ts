import { createTransport } from 'nodemailer';
import type { OpenSender } from '../contestant.ts';
import { poolOptions } from '../nodemailer-options.ts';
import { prepareMessages } from '../sample-email.ts';

/** Renders nothing: the application makes a message for each email. */
export const open: OpenSender = async (server, connections, sample) => {
  const message = await prepareMessages(sample);
  const transport = createTransport(poolOptions(server, connections));
  return {
    send: (to, code) => transport.sendMail(message(to, code)),
    close: async () => transport.close(),
  };
};
