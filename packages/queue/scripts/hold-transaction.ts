import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { type DeliveryReport, openLedger } from './delivery-ledger.ts';
import { startWorker } from './worker-process.ts';

export interface HoldOptions {
  /** How long the transaction stays open. */
  readonly openMs: number;
  /** One message after each of these pauses. */
  readonly everyMs: number;
}

/**
 * Leaves a caller's transaction open. It holds an idempotency key, and the row of an older code that it supersedes,
 * while other messages are enqueued and sent.
 */
export async function holdTransaction(
  url: string,
  { openMs, everyMs }: HoldOptions,
): Promise<DeliveryReport & { slowestEnqueueMs: number; openMs: number }> {
  const schema = 'held_transaction';
  const leaseMs = 30_000;
  await using ledger = await openLedger(url, { schema, leaseMs, queryTimeoutMs: 2000 });
  const caller = new Client(url);
  await caller.connect();
  const key = { to: 'ada@example.com', idempotencyKey: 'the key that is held' };
  await ledger.enqueue({ to: key.to });
  await caller.query('BEGIN');
  const id = await ledger.enqueue({ ...key, db: caller });
  const worker = await startWorker({ url, schema, port: ledger.port, leaseMs, concurrency: 5 });
  try {
    const sameKey = ledger.enqueue(key);
    let slowestEnqueueMs = 0;
    const calls: Promise<void>[] = [];
    const call = async () => {
      const begin = performance.now();
      await ledger.enqueue();
      slowestEnqueueMs = Math.max(slowestEnqueueMs, Math.round(performance.now() - begin));
    };
    for (const begin = performance.now(); performance.now() - begin < openMs; ) {
      calls.push(call());
      await pause(everyMs);
    }
    await Promise.all(calls);
    const others = calls.length;
    await ledger.until(() => ledger.count >= others);
    await caller.query('COMMIT');
    if ((await sameKey) !== id) throw new Error('The same key got another delivery.');
    return { openMs, slowestEnqueueMs, ...(await ledger.report()) };
  } finally {
    await worker.kill();
    await caller.end();
  }
}
