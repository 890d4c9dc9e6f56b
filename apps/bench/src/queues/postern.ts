import { openPosternQueue, rendering } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';

/** Renders each email, and hands it to a transport that takes everything. */
export const open: OpenQueue = (url, batch) => openPosternQueue(url, batch, rendering);
