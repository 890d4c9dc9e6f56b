import { openPgBossQueue } from '../pg-boss-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';

const toJob = (to: string) => ({ to });

/** pg-boss only: jobs with an empty handler. */
export const open: OpenQueue = (url, batch) =>
  openPgBossQueue(url, batch, { schema: 'bare', toJob, toJobInBulk: toJob });
