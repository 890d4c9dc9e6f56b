import { randomBytes } from 'node:crypto';
import { bearerToken, createMailRouter } from '@postern/adapter-express';
import type { Mailer } from '@postern/core';
import type { Router } from 'express';
import { z } from 'zod';

/** The routes of the Express adapter, and a client of them. */
export interface MailApi {
  readonly router: Router;
  /**
   * Posts a request to the router.
   *
   * @param url where it is mounted
   * @throws {MailApiError} with the problem document
   */
  send(url: string, request: unknown): Promise<{ messageId: string }>;
}

/** The router refused; `problem` is what it said (RFC 9457). */
export class MailApiError extends Error {
  override name = 'MailApiError';
  readonly problem: z.output<typeof problemSchema>;

  constructor(problem: z.output<typeof problemSchema>) {
    super(problem.title);
    this.problem = problem;
  }
}

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  retryable: z.boolean().optional(),
});
const sentSchema = z.object({ messageId: z.string() });

/** Only the playground knows the secret, a new one on every run. */
export function createMailApi(mailer: Mailer): MailApi {
  const secret = randomBytes(32).toString('base64url');
  return {
    router: createMailRouter({ mailer, authorize: bearerToken(secret) }),
    async send(url, request) {
      const response = await fetch(`${url}/messages`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
      });
      const answer: unknown = await response.json();
      if (!response.ok) throw new MailApiError(problemSchema.parse(answer));
      return sentSchema.parse(answer);
    },
  };
}
