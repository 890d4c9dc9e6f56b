import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { killWorkers } from '../scripts/kill-workers.ts';
import { pauseWorkers } from '../scripts/pause-workers.ts';

let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await startRealPostgres();
});

afterAll(() => postgres.remove());

// `pnpm --filter @postern/queue crash` runs more of everything, and other scenarios.
test('a worker that is killed loses nothing, and what may come twice has the same Message-ID', {
  timeout: 180_000,
}, async () => {
  const report = await killWorkers(postgres.url, { messages: 600, kills: 4, concurrency: 5, leaseMs: 2000 });
  process.stdout.write(`kill -9: ${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({
    messages: 600,
    kills: 4,
    lost: 0,
    duplicatesWithAnotherId: 0,
    unexplained: 0,
  });
  expect(report.inFlight).toBeGreaterThan(0);
  expect(report.duplicates).toBeLessThanOrEqual(report.inFlight);
  // Being sent, or sent and not yet recorded: `concurrency` of each at most.
  expect(report.inFlight).toBeLessThanOrEqual(4 * 2 * 5);
});

test('a worker that is paused between claim and send for longer than its lease sends nothing twice', {
  timeout: 60_000,
}, async () => {
  const report = await pauseWorkers(postgres.url, { when: 'claimed', pauses: 1, leaseMs: 1000 });
  process.stdout.write(`SIGSTOP: ${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ lost: 0, duplicates: 0, unexplained: 0 });
  expect(report.inFlight).toBeGreaterThan(0);
});
