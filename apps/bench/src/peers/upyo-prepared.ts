import type { OpenSender } from '../contestant.ts';
import { prepareMessages } from '../sample-email.ts';
import { openUpyo } from '../upyo-sender.ts';

/** Sends prerendered messages to show the cost of sending. */
export const open: OpenSender = (server, connections, sample) =>
  openUpyo(server, connections, prepareMessages(sample));
