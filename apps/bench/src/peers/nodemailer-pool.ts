import { createTransport } from 'nodemailer';
import type { OpenSender } from '../contestant.ts';
import { poolOptions } from '../nodemailer-options.ts';
import { renderMessages } from '../sample-email.ts';

/** The application renders each email. */
export const open: OpenSender = (server, connections, sample) => {
  const message = renderMessages(sample);
  const transport = createTransport(poolOptions(server, connections));
  return {
    send: (to, code) => transport.sendMail(message(to, code)),
    close: async () => transport.close(),
  };
};
