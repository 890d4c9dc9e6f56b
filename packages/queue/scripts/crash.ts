/**
 * Counts what is lost and what is sent twice when workers, the database and callers fail.
 *
 *     pnpm --filter @postern/queue crash
 */

import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { holdTransaction } from './hold-transaction.ts';
import { killWorkers } from './kill-workers.ts';
import { pauseWorkers } from './pause-workers.ts';
import { restartDatabase } from './restart-database.ts';

const postgres = await startRealPostgres();
const { url } = postgres;
const SCENARIOS = {
  'kill -9 of a worker': () => killWorkers(url, { messages: 5000, kills: 20, concurrency: 5, leaseMs: 2000 }),
  'SIGSTOP between claim and send': () => pauseWorkers(url, { when: 'claimed', pauses: 10, leaseMs: 2000 }),
  'SIGSTOP while sending': () => pauseWorkers(url, { when: 'sending', pauses: 10, leaseMs: 2000 }),
  'an open transaction of a caller': () => holdTransaction(url, { openMs: 60_000, everyMs: 20 }),
  'a restart of PostgreSQL': () => restartDatabase(postgres, { messages: 3000, restarts: 5 }),
};
try {
  for (const [name, run] of Object.entries(SCENARIOS)) {
    process.stdout.write(`${name}: ${JSON.stringify(await run())}\n`);
  }
} finally {
  await postgres.remove();
}
