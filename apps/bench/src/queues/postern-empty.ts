import { openPosternQueue, receiptOf, rendering } from '../postern-queue.ts';
import type { OpenQueue } from '../queue-at-work.ts';
import { codeOf, recipientOf } from '../sign-in-email.ts';

/** With a mailer that does nothing: what the queue itself costs. */
export const open: OpenQueue = async (url, batch) => {
  const rendered = await rendering.render({
    to: recipientOf(0),
    type: 'SignIn',
    payload: { code: codeOf(0) },
  });
  return openPosternQueue(url, batch, {
    render: async () => rendered,
    deliver: async (email) => receiptOf(email),
  });
};
