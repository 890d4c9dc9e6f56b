import { openPosternQueue, receiptOf } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';

/** Uses a no-op mailer to measure the cost of the queue. */
export const open: OpenQueue = (url, batch) =>
  openPosternQueue(url, batch, { deliver: async (email) => receiptOf(email) });
