import { openPosternQueue, rendering } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';

/** With a mailer on a transport that takes everything. */
export const open: OpenQueue = (url, batch) => openPosternQueue(url, batch, rendering);
