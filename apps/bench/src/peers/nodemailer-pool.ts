import { createTransport } from 'nodemailer';
import type { OpenSender } from '../contestant.ts';
import { poolOptions } from '../nodemailer-options.ts';
import { constantMessage } from '../sign-in-email.ts';

/** Renders nothing: everyone gets the same message. */
export const open: OpenSender = (server, connections) => {
  const transport = createTransport(poolOptions(server, connections));
  return {
    send: () => transport.sendMail(constantMessage),
    close: async () => transport.close(),
  };
};
