import { createMailQueue, type MailQueueOptions } from '@postern/queue';

/** What waits survives a crash, and goes out once a server takes it. `mailer` is what `createMailer` returns. */
export async function startQueue({
  mailer,
  connection, // { url: process.env.DATABASE_URL }, or { pglite: './mail' } for a single process
  secret, // 32 characters or more; seals what waits
  policy = { maxAttempts: 30 },
}: Required<Pick<MailQueueOptions, 'mailer' | 'connection'>> &
  Pick<MailQueueOptions, 'policy'> & { secret: string }) {
  const queue = await createMailQueue({ mailer, connection, keys: [{ id: '2026-11', secret }], policy });
  await queue.start();
  return queue;
}
