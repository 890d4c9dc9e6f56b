import { z } from 'zod';

/** What a job carries that is not the first of its delivery: the first has the delivery's id, and carries nothing. */
export const jobData = z.object({ deliveryId: z.uuid() });

export type JobData = z.output<typeof jobData>;
