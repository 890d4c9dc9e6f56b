import { openPosternQueue, receiptOf } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';

/** With a mailer that does nothing: what the queue itself costs. */
export const open: OpenQueue = (url, batch) =>
  openPosternQueue(url, batch, { deliver: async (email) => receiptOf(email) });
