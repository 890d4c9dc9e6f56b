import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What a worker process gets as JSON on its command line. */
export const workerTaskSchema = z.object({
  url: z.string(),
  schema: z.string(),
  /** Lanes other than the default ones. Each takes the usage type of its name; the last takes the rest. */
  lanes: z.array(z.string()).optional(),
  /** Emails at a time, in each lane. */
  concurrency: z.number(),
  /** How many queues share one pool of 3 connections. Without it, one queue opens its own connections and listens. */
  queuesOnPool: z.number().optional(),
});

export type WorkerTask = z.output<typeof workerTaskSchema>;

/** What a worker process tells its parent. */
const workerReportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['opened', 'started', 'stopped']) }),
  /** `sends` and `sent` differ if an email was sent twice, or a verdict got lost. */
  z.object({
    kind: z.literal('progress'),
    sends: z.number(),
    sent: z.number(),
    errors: z.array(z.string()),
    latenciesMs: z.array(z.number()),
  }),
]);

export type WorkerReport = z.output<typeof workerReportSchema>;
type WorkerProgress = Omit<Extract<WorkerReport, { kind: 'progress' }>, 'kind'>;

/** Worker processes on one database. */
export interface QueueWorkers extends AsyncDisposable {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Of all processes together. */
  readonly progress: WorkerProgress;
  /** Resolves once all processes together have sent so many. */
  untilSent(count: number): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('queue-worker-process.ts', import.meta.url));

/** Opens worker processes, one for each task; they begin to work with `start`. */
export async function openWorkers(tasks: readonly WorkerTask[]): Promise<QueueWorkers> {
  const progress = { sends: 0, sent: 0, errors: [] as string[], latenciesMs: [] as number[] };
  let onProgress = () => {};
  const children = tasks.map((task) => {
    const child = fork(PROGRAM, [JSON.stringify(task)], { execArgv: [] });
    child.on('message', (message) => {
      const report = workerReportSchema.parse(message);
      if (report.kind !== 'progress') return;
      progress.sends += report.sends;
      progress.sent += report.sent;
      progress.errors.push(...report.errors);
      progress.latenciesMs.push(...report.latenciesMs);
      onProgress();
    });
    return child;
  });
  const tell = async (message: 'start' | 'stop', reply: WorkerReport['kind']) => {
    await Promise.all(
      children.map((child) => {
        const answered = untilReport(child, reply);
        child.send(message);
        return answered;
      }),
    );
  };
  await Promise.all(children.map((child) => untilReport(child, 'opened')));
  return {
    start: () => tell('start', 'started'),
    stop: () => tell('stop', 'stopped'),
    progress,
    untilSent: (count) =>
      new Promise((resolve) => {
        onProgress = () => progress.sent >= count && resolve();
        onProgress();
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          const exited = once(child, 'exit');
          child.disconnect();
          await exited;
        }),
      );
    },
  };
}

function untilReport(child: ChildProcess, kind: WorkerReport['kind']): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`A worker process ended with ${code}.`)));
    child.on('message', function check(message) {
      if (workerReportSchema.parse(message).kind !== kind) return;
      child.off('message', check);
      child.removeAllListeners('exit');
      resolve();
    });
  });
}
