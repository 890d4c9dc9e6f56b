import type { RealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { type DeliveryReport, openLedger } from './delivery-ledger.ts';
import { startWorker } from './worker-process.ts';

export interface RestartOptions {
  readonly messages: number;
  readonly restarts: number;
}

/** Restarts PostgreSQL again and again while messages are enqueued and sent. Callers repeat calls that fail. */
export async function restartDatabase(
  postgres: RealPostgres,
  { messages, restarts }: RestartOptions,
): Promise<DeliveryReport & { restarts: number }> {
  const { url } = postgres;
  const schema = 'restarted_database';
  const leaseMs = 30_000;
  await using ledger = await openLedger(url, { schema, leaseMs });
  const options = { url, schema, port: ledger.port, leaseMs, concurrency: 5 };
  const workers = await Promise.all([startWorker(options), startWorker(options)]);
  try {
    for (let round = 0; round <= restarts; round++) {
      const enqueueing = Array.from({ length: messages / (restarts + 1) }, () => ledger.enqueue());
      if (round < restarts) {
        const before = ledger.count;
        await ledger.until(() => ledger.count > before);
        await postgres.stop();
        await postgres.start();
      }
      await Promise.all(enqueueing);
    }
    return { restarts, ...(await ledger.report()) };
  } finally {
    for (const worker of workers) await worker.kill();
  }
}
