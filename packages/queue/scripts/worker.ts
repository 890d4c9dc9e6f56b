/** A worker process: sends what is in the queue through an SMTP server, until it is killed. */
import { createMailer } from '@postern/core';
import { createMailQueue } from '@postern/queue';
import { createSmtpTransport } from '@postern/transport-smtp';
import { MAILER_CONFIG, WORKER_KEYS, workerOptionsSchema } from './worker-options.ts';

const { url, port, leaseMs, concurrency } = workerOptionsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const transport = createSmtpTransport({ host: '127.0.0.1', port }, { maxConnections: concurrency });
const queue = await createMailQueue({
  connection: { url, poolSize: 3 },
  mailer: createMailer({ config: MAILER_CONFIG, transport }),
  keys: WORKER_KEYS,
  leaseMs,
  pollIntervalMs: 200,
});
await queue.start({ concurrency });
process.send?.('started');
