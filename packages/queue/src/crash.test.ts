import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { killWorkers } from '../scripts/kill-workers.ts';

let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await startRealPostgres();
});

afterAll(() => postgres.remove());

// 5,000 messages and 20 kills: `pnpm --filter @postern/queue crash`.
test('a worker that is killed loses nothing, and what may come twice has the same Message-ID', {
  timeout: 180_000,
}, async () => {
  const report = await killWorkers(postgres.url, { messages: 1000, kills: 6, concurrency: 5, leaseMs: 2000 });
  process.stdout.write(`kill -9: ${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({
    messages: 1000,
    kills: 6,
    lost: 0,
    duplicatesWithAnotherId: 0,
    unexplained: 0,
  });
  expect(report.inFlight).toBeGreaterThan(0);
  expect(report.duplicates).toBeLessThanOrEqual(report.inFlight);
  // Being sent, or sent and not yet recorded: `concurrency` of each at most.
  expect(report.inFlight).toBeLessThanOrEqual(6 * 2 * 5);
});
