import { openPosternQueue, rendering } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';

/** Renders each email and sends it through a transport that accepts everything. */
export const open: OpenQueue = (url, batch) => openPosternQueue(url, batch, rendering);
