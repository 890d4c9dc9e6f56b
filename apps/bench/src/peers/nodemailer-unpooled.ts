import { createTransport } from 'nodemailer';
import type { OpenSender } from '../contestant.ts';
import { serverOptions } from '../nodemailer-options.ts';
import { renderMessages } from '../sample-email.ts';

/** nodemailer's default: a connection for each message. */
export const open: OpenSender = (server, _connections, sample) => {
  const message = renderMessages(sample);
  const transport = createTransport(serverOptions(server));
  return {
    send: (to, code) => transport.sendMail(message(to, code)),
    close: async () => transport.close(),
  };
};
