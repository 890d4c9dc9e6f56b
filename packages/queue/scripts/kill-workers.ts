import { type DeliveryReport, openLedger } from './delivery-ledger.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

export interface KillOptions {
  readonly messages: number;
  readonly kills: number;
  readonly concurrency: number;
  readonly leaseMs: number;
}

/** Puts messages into the queue, and kills (`SIGKILL`) one of two workers again and again while they go out. */
export async function killWorkers(
  url: string,
  { messages, kills, concurrency, leaseMs }: KillOptions,
): Promise<DeliveryReport & { kills: number }> {
  const schema = 'killed_workers';
  await using ledger = await openLedger(url, { schema, leaseMs });
  await Promise.all(Array.from({ length: messages }, () => ledger.enqueue()));
  const options = { url, schema, port: ledger.port, leaseMs, concurrency };
  const workers = await Promise.all([startWorker(options), startWorker(options)]);
  try {
    for (let round = 0; round < kills; round++) {
      // Spread over the whole run, each in the middle of the work.
      const target = Math.floor(((round + 0.5) * messages) / (kills + 1));
      await ledger.until(() => ledger.count >= target);
      const victim = workers[round % 2] as WorkerProcess;
      await victim.kill();
      // What a dead worker had asked of PostgreSQL may still be done, until its connections are gone.
      const connections = () =>
        ledger.client.query('SELECT FROM pg_stat_activity WHERE application_name = $1', [victim.name]);
      while ((await connections()).rowCount !== 0);
      await ledger.noteInFlight();
      workers[round % 2] = await startWorker(options);
    }
    return { kills, ...(await ledger.report()) };
  } finally {
    for (const worker of workers) await worker.kill();
  }
}
