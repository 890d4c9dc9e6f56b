import { createTransport } from 'nodemailer';
import type { OpenSender } from '../contestant.ts';
import { serverOptions } from '../nodemailer-options.ts';
import { constantMessage } from '../sign-in-email.ts';

/** As nodemailer is used by default: a connection for each message. */
export const open: OpenSender = (server) => {
  const transport = createTransport(serverOptions(server));
  return {
    send: () => transport.sendMail(constantMessage),
    close: async () => transport.close(),
  };
};
