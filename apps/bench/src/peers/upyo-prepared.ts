import type { OpenSender } from '../contestant.ts';
import { prepareMessages } from '../sample-email.ts';
import { openUpyo } from '../upyo-sender.ts';

/** Everything is rendered beforehand: it shows what sending alone costs. */
export const open: OpenSender = (server, connections, sample) =>
  openUpyo(server, connections, prepareMessages(sample));
