import type { SecretKey } from '@postern/core';
import { z } from 'zod';

/** What a worker process is told on its command line. */
export const workerOptionsSchema = z.object({
  url: z.string(),
  schema: z.string(),
  port: z.number(),
  leaseMs: z.number(),
  concurrency: z.number(),
  /** Whether it stops itself (`SIGSTOP`) after each claim. */
  stopsAfterClaims: z.boolean().optional(),
});

export type WorkerOptions = z.output<typeof workerOptionsSchema>;

export const WORKER_KEYS: readonly [SecretKey] = [
  { id: 'first', secret: 'the first secret, 32 characters or more' },
];

export const MAILER_CONFIG = {
  fromEmail: 'noreply@example.com',
  templates: [
    {
      usageType: 'SignIn',
      contentType: 'text/plain' as const,
      subject: 'Sign in',
      content: 'Your code is {{code}}.',
    },
  ],
};
