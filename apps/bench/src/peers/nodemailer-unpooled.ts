import { createTransport } from 'nodemailer';
import type { OpenSender } from '../contestant.ts';
import { serverOptions } from '../nodemailer-options.ts';
import { prepareMessages } from '../sample-email.ts';

/** As nodemailer is used by default: a connection for each message. */
export const open: OpenSender = async (server, _connections, sample) => {
  const message = await prepareMessages(sample);
  const transport = createTransport(serverOptions(server));
  return {
    send: (to, code) => transport.sendMail(message(to, code)),
    close: async () => transport.close(),
  };
};
