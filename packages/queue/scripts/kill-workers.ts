import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMailer } from '@postern/core';
import { createMailQueue, migrateMailQueue } from '@postern/queue';
import { startSmtpTrap } from '@postern/testing';
import { Client } from 'pg';
import type { WorkerOptions } from './worker-options.ts';
import { MAILER_CONFIG, WORKER_KEYS } from './worker-options.ts';

export interface KillReport {
  readonly messages: number;
  readonly kills: number;
  /** Messages that no email came of. */
  readonly lost: number;
  /** Emails beyond the first of their message. */
  readonly duplicates: number;
  /** Those whose Message-ID is not that of the first. */
  readonly duplicatesWithAnotherId: number;
  /** Attempts that ended with their worker: what was in flight at the kills. */
  readonly inFlight: number;
  /** Attempts and emails beyond the first of their message that no kill accounts for. */
  readonly unexplained: number;
  readonly seconds: number;
}

export interface KillOptions {
  readonly messages: number;
  readonly kills: number;
  readonly concurrency: number;
  readonly leaseMs: number;
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

interface Worker {
  /** What PostgreSQL knows its connections by. */
  readonly name: string;
  readonly process: ChildProcess;
}

const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const name = `worker-${randomUUID()}`;
  const url = `${options.url}?application_name=${name}`;
  const process = fork(WORKER, [JSON.stringify({ ...options, url })], { execArgv: [] });
  await once(process, 'message');
  return { name, process };
};

const kill = async ({ process }: Worker): Promise<void> => {
  const exited = once(process, 'exit');
  process.kill('SIGKILL');
  await exited;
};

/** Puts messages into the queue, and kills (`SIGKILL`) one of two workers again and again while they go out. */
export async function killWorkers(
  url: string,
  { messages, kills, concurrency, leaseMs }: KillOptions,
): Promise<KillReport> {
  const startedAt = performance.now();
  await using trap = await startSmtpTrap({ tls: 'none' });
  await migrateMailQueue({ connection: { url } });
  await using queue = await createMailQueue({ connection: { url }, keys: WORKER_KEYS, leaseMs });
  const mailer = createMailer({ config: MAILER_CONFIG, transport: queue.transport() });
  const client = new Client(url);
  await client.connect();
  const addresses = new Map<string, string>();
  await Promise.all(
    Array.from({ length: messages }, async (_, index) => {
      const to = `user-${index}@example.com`;
      const payload = { code: String(100_000 + index) };
      const { id } = await queue.enqueue(await mailer.render({ to, type: 'SignIn', payload }));
      addresses.set(id, to);
    }),
  );

  /** How many kills found a delivery in the hands of a worker. */
  const killed = new Map<string, number>();
  /** What a dead worker had asked of PostgreSQL may still be done, until its connections are gone. */
  async function noteSending(victim: Worker): Promise<void> {
    for (let connections = 1; connections > 0; ) {
      const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE application_name = $1', [
        victim.name,
      ]);
      connections = rowCount ?? 0;
    }
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM postern_queue.delivery WHERE state = 'sending'`,
    );
    for (const { id } of rows) killed.set(id, (killed.get(id) ?? 0) + 1);
  }

  const arrived = new Map<string, string[]>();
  let count = 0;
  let wake = () => {};
  trap.inbox.onEmail((email) => {
    const to = email.envelope.to[0] ?? '';
    arrived.set(to, [...(arrived.get(to) ?? []), email.messageId ?? '']);
    count += 1;
    wake();
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      wake = () => condition() && resolve();
      wake();
    });

  const options = { url, port: trap.port, leaseMs, concurrency };
  const workers = await Promise.all([startWorker(options), startWorker(options)]);
  try {
    for (let round = 0; round < kills; round++) {
      // Spread over the whole run, each in the middle of the work.
      const target = Math.floor(((round + 0.5) * messages) / (kills + 1));
      await until(() => count >= target);
      const victim = workers[round % 2] as Worker;
      await kill(victim);
      await noteSending(victim);
      workers[round % 2] = await startWorker(options);
    }
    await until(() => arrived.size === messages);
    // What a dead worker sent and did not record is still to come again.
    for (;;) {
      const { states } = await queue.stats();
      if (states.sent === messages) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    for (const worker of workers) await kill(worker);
  }
  const { rows } = await client.query<{ id: string; attempts: number }>(
    'SELECT id, attempts FROM postern_queue.delivery_history',
  );
  await client.end();
  let inFlight = 0;
  let unexplained = 0;
  for (const { id, attempts } of rows) {
    const again = attempts - 1;
    const twice = (arrived.get(addresses.get(id) ?? '')?.length ?? 0) - 1;
    inFlight += again;
    unexplained += Math.max(0, again - (killed.get(id) ?? 0)) + Math.max(0, twice - again);
  }
  const all = [...arrived.values()];
  return {
    messages,
    kills,
    lost: messages - all.length,
    duplicates: count - all.length,
    duplicatesWithAnotherId: all.filter((ids) => new Set(ids).size > 1).length,
    inFlight,
    unexplained,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}
