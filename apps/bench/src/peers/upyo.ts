import type { OpenSender } from '../contestant.ts';
import { renderMessages } from '../sample-email.ts';
import { openUpyo } from '../upyo-sender.ts';

/** The application renders each email. */
export const open: OpenSender = (server, connections, sample) =>
  openUpyo(server, connections, renderMessages(sample));
