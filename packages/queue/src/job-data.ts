import { z } from 'zod';

/** The data of retry jobs. The first job of a delivery has the id of the delivery, and no data. */
export const jobData = z.object({ deliveryId: z.uuid() });

export type JobData = z.output<typeof jobData>;
