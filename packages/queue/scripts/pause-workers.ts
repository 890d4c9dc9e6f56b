import { setTimeout as pause } from 'node:timers/promises';
import { type DeliveryReport, openLedger } from './delivery-ledger.ts';
import { startWorker } from './worker-process.ts';

export interface PauseOptions {
  readonly pauses: number;
  readonly leaseMs: number;
  /** `claimed`: between the claim and the send. `sending`: while it sends. */
  readonly when: 'claimed' | 'sending';
}

const EACH_TIME = 20;

/** Pauses (`SIGSTOP`) one of two workers until the other has sent what it had claimed, then lets it continue. */
export async function pauseWorkers(
  url: string,
  { pauses, leaseMs, when }: PauseOptions,
): Promise<DeliveryReport & { pauses: number }> {
  const schema = `paused_workers_${when}`;
  await using ledger = await openLedger(url, { schema, leaseMs });
  const options = { url, schema, port: ledger.port, leaseMs, concurrency: 5 };
  // It stops after each claim that got something.
  const paused = await startWorker({ ...options, stopsAfterClaims: when === 'claimed' });
  const other = await startWorker(options);
  const untilNone = async (query: string) => {
    while ((await ledger.client.query(query)).rowCount !== 0) await pause(50);
  };
  try {
    for (let round = 0; round < pauses; round++) {
      let isStopping = false;
      paused.process.once('message', () => {
        isStopping = true;
      });
      do {
        const before = ledger.count;
        await Promise.all(Array.from({ length: EACH_TIME }, () => ledger.enqueue()));
        await ledger.until(() => ledger.count > before);
        // The other worker may have taken everything.
      } while (when === 'claimed' && !isStopping);
      paused.process.kill('SIGSTOP');
      // What it had asked of PostgreSQL may still be done.
      await untilNone(
        `SELECT FROM pg_stat_activity WHERE application_name = '${paused.name}' AND state = 'active'`,
      );
      await ledger.noteInFlight();
      await untilNone(`SELECT FROM ${schema}.delivery LIMIT 1`);
      paused.process.kill('SIGCONT');
    }
    return { pauses, ...(await ledger.report()) };
  } finally {
    for (const worker of [paused, other]) await worker.kill();
  }
}
