import { type Email, parseEmail, serializeEmail } from '@postern/core';
import { openPgBossQueue } from '../pg-boss-queue.ts';
import { createSignInRenderer, rendering } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';
import { recipientOf } from '../sign-in-email.ts';

const jobOf = (email: Email) => ({ email: serializeEmail(email) });

/** pg-boss alone, with the email in the job and the same mailer in the handler: not encrypted, without a history. */
export const open: OpenQueue = async (url, batch) => {
  const render = createSignInRenderer();
  const rendered = await render(recipientOf(0));
  return openPgBossQueue(url, batch, {
    schema: 'bare_emails',
    toJob: async (to) => jobOf(await render(to)),
    toJobInBulk: (to) => jobOf({ ...rendered, to }),
    handle: (jobs) => Promise.all(jobs.map(({ data }) => rendering.deliver(parseEmail(data.email)))),
  });
};
