/** A worker process: sends what is in the queue through an SMTP server, until it is killed. */
import { createMailer, silentLogger } from '@postern/core';
import { createMailQueue, type PostgresPool } from '@postern/queue';
import { createSmtpTransport } from '@postern/transport-smtp';
import { Pool } from 'pg';
import { MAILER_CONFIG, WORKER_KEYS, workerOptionsSchema } from './worker-options.ts';

const { url, schema, port, leaseMs, concurrency, stopsAfterClaims } = workerOptionsSchema.parse(
  JSON.parse(process.argv[2] ?? ''),
);

/** A pool that stops this process (`SIGSTOP`) after each claim, before the queue gets to know what it has claimed. */
function stoppingPool(): PostgresPool {
  const pool = new Pool({ connectionString: url, max: 4 });
  return {
    query: (text, values) => pool.query(text, values),
    async connect() {
      const client = await pool.connect();
      let hasClaimed = false;
      return {
        async query(text, values) {
          const result = await client.query(text, values);
          hasClaimed ||= text.includes(`SET state = 'sending'`) && result.rows.length > 0;
          if (hasClaimed && text === 'COMMIT') {
            await new Promise((resolve) => process.send?.('stopping', resolve));
            process.kill(process.pid, 'SIGSTOP');
          }
          return result;
        },
        on: (event: 'error' | 'notification', listener: (argument: never) => void) =>
          client.on(event as 'error', listener as () => void),
        removeListener: (event, listener) => client.removeListener(event, listener),
        release: (destroy) => client.release(destroy),
      };
    },
  };
}

const transport = createSmtpTransport({ host: '127.0.0.1', port }, { maxConnections: concurrency });
const queue = await createMailQueue({
  connection: stopsAfterClaims ? { pool: stoppingPool(), listen: true } : { url, poolSize: 3 },
  mailer: createMailer({ config: MAILER_CONFIG, transport }),
  keys: WORKER_KEYS,
  schema,
  leaseMs,
  pollIntervalMs: 200,
  // The scenarios take the database away.
  logger: silentLogger,
});
await queue.start({ concurrency });
process.send?.('started');
