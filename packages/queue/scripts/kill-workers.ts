import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMailQueue } from '@postern/queue';
import { startSmtpTrap } from '@postern/testing';
import type { WorkerOptions } from './worker-options.ts';
import { WORKER_KEYS } from './worker-options.ts';

export interface KillReport {
  readonly messages: number;
  readonly kills: number;
  /** Messages that no email came of. */
  readonly lost: number;
  /** Emails beyond the first of their message. */
  readonly duplicates: number;
  /** Those whose Message-ID is not that of the first. */
  readonly duplicatesWithAnotherId: number;
  /** What the killed workers held when they were killed, in total. */
  readonly inFlight: number;
  readonly seconds: number;
}

export interface KillOptions {
  readonly messages: number;
  readonly kills: number;
  readonly concurrency: number;
  readonly leaseMs: number;
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

const startWorker = async (options: WorkerOptions): Promise<ChildProcess> => {
  const worker = fork(WORKER, [JSON.stringify(options)], { execArgv: [] });
  await once(worker, 'message');
  return worker;
};

/** Puts messages into the queue, and kills (`SIGKILL`) one of two workers again and again while they go out. */
export async function killWorkers(
  url: string,
  { messages, kills, concurrency, leaseMs }: KillOptions,
): Promise<KillReport> {
  const startedAt = performance.now();
  await using trap = await startSmtpTrap({ tls: 'none' });
  await using queue = await createMailQueue({ connection: { url }, keys: WORKER_KEYS, leaseMs });
  const addressOf = (index: number) => `user-${index}@example.com`;
  await Promise.all(
    Array.from({ length: messages }, (_, index) =>
      queue.enqueue({ to: addressOf(index), type: 'SignIn', payload: { code: String(100_000 + index) } }),
    ),
  );

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
  let inFlight = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      // Spread over the whole run, each in the middle of the work.
      const target = Math.floor(((kill + 0.5) * messages) / (kills + 1));
      await until(() => count >= target);
      const victim = workers[kill % 2] as ChildProcess;
      const exited = once(victim, 'exit');
      victim.kill('SIGKILL');
      await exited;
      // Sending, or sent and not yet recorded: `concurrency` of each at most.
      inFlight += 2 * concurrency;
      workers[kill % 2] = await startWorker(options);
    }
    await until(() => arrived.size === messages);
    // What a dead worker sent and did not record is still to come again.
    for (;;) {
      const { states } = await queue.stats();
      if (states.sent === messages) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    for (const worker of workers) {
      const exited = once(worker, 'exit');
      worker.kill('SIGKILL');
      await exited;
    }
  }
  const all = [...arrived.values()];
  return {
    messages,
    kills,
    lost: messages - all.length,
    duplicates: count - all.length,
    duplicatesWithAnotherId: all.filter((ids) => new Set(ids).size > 1).length,
    inFlight,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}
