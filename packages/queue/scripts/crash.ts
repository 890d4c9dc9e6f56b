/**
 * Kills one of two workers 20 times while 5,000 messages go out, and counts what arrived.
 *
 *     pnpm --filter @postern/queue crash [messages] [kills]
 */

import { startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { killWorkers } from './kill-workers.ts';

const [messages = 5000, kills = 20] = process.argv.slice(2).map(Number);
const postgres = await startRealPostgres();
try {
  const report = await killWorkers(postgres.url, { messages, kills, concurrency: 5, leaseMs: 2000 });
  process.stdout.write(`${JSON.stringify(report)}\n`);
} finally {
  await postgres.remove();
}
