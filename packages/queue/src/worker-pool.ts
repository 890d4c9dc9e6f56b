import { randomUUID } from 'node:crypto';
import { ConfigError, MailError } from '@postern/core';
import type { AttemptOptions, QueueMailer } from './attempt.js';
import type { Database } from './database.js';
import type { DeliveryEvent } from './delivery-events.js';
import type { DeliveryStore, QueueTime } from './delivery-store.js';
import { createHousekeeping, HOUSEKEEPING_EVERY_MS } from './housekeeping.js';
import { createHousekeepingStore } from './housekeeping-store.js';
import { type LaneWorker, startLaneWorker } from './lane-worker.js';
import type { ParsedQueueOptions, ParsedStartOptions } from './queue-options.js';
import { createSettler, type Settler } from './settler.js';

export interface WorkerPoolOptions
  extends AttemptOptions,
    Pick<ParsedQueueOptions, 'lanes' | 'pollIntervalMs' | 'schema'> {
  /** The mailer of lanes without their own. */
  readonly mailer: QueueMailer | undefined;
  readonly database: Database;
  readonly store: DeliveryStore;
  /** The notification channel of the workers. */
  readonly channel: string;
  readonly renewEveryMs: number;
  readonly now: () => QueueTime;
  /** Called with the new state of a delivery, after it is recorded. */
  readonly report: (delivery: DeliveryEvent) => void;
  readonly onError: (error: unknown) => void;
}

/** The workers of this process, one per lane, and their background tasks. */
export interface WorkerPool {
  /**
   * @throws {ConfigError} if a lane has no mailer
   * @throws {MailError} `config_invalid` if the pool is already started
   */
  start(options: ParsedStartOptions): Promise<void>;
  /** If the pool is already stopping, waits until it has stopped. */
  stop(graceMs: number): Promise<void>;
}

interface Running {
  readonly workers: readonly LaneWorker[];
  readonly settler: Settler;
  end(): Promise<void>;
}

/** Time after `graceMs` for transports to stop and for their results to be recorded. */
const GIVE_UP_MS = 6000;

export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const { lanes, database, store, schema, policy, telemetry, now, channel, renewEveryMs, report, onError } =
    options;
  let running: Promise<Running> | undefined;
  /** Resolves after all earlier stops. */
  let stopped: Promise<unknown> = Promise.resolve();

  function mailerOf(lane: string): QueueMailer {
    const known = Object.hasOwn(lanes, lane) ? lanes[lane] : undefined;
    const mailer = known?.mailer ?? options.mailer;
    if (known && mailer) return mailer;
    const [path, message] = known
      ? [['mailer'], `is required: the lane ${lane} has no mailer`]
      : [['lanes', lane], `is not a lane of this queue; the lanes are ${Object.keys(lanes).join(', ')}`];
    throw new ConfigError([{ severity: 'error', path, code: 'not_allowed', message }]);
  }

  async function run(
    worked: readonly { lane: string; mailer: QueueMailer; concurrency: number }[],
  ): Promise<Running> {
    const settler = createSettler({
      database,
      store,
      now,
      onError,
      onRecorded: ({ lane, settlement }) => {
        const { id, state, type, attempts, messageId, transport, reply, error } = settlement;
        report({ id, state, lane, type, attempts, messageId, transport, reply, error });
      },
    });
    const { boss } = database;
    const workers = new Map(
      worked.map((one) => [one.lane, startLaneWorker({ ...options, ...one, boss, settler })]),
    );
    const all = [...workers.values()];
    const wakeAll = () => {
      for (const worker of all) worker.wake();
    };
    const listening = database.listen({
      channel,
      onNotification: (lane) => workers.get(lane)?.wake(),
      onConnected: wakeAll,
      onError,
    });

    const housekeeping = createHousekeeping({
      store: createHousekeepingStore(database.query, schema, randomUUID()),
      policy,
      now: () => store.now(now()),
      onExpired: report,
      onLag: telemetry.housekeepingLag,
      onError,
    });
    const ending = new AbortController();
    const keeping = createTicker(HOUSEKEEPING_EVERY_MS, () => housekeeping.run(ending.signal));
    const renewing = createTicker(renewEveryMs, async () => {
      await Promise.all(all.map((worker) => worker.renewLeases().catch(onError)));
    });
    return {
      workers: all,
      settler,
      async end() {
        ending.abort();
        await Promise.all([keeping.stop(), renewing.stop()]);
        await housekeeping.resign();
        await listening.close();
      },
    };
  }

  async function halt(halting: Promise<Running>, graceMs: number): Promise<void> {
    const started = await halting.catch(() => undefined);
    if (!started) return;
    // The process must end even if the database does not respond. Other workers take over after the leases.
    const giveUp = setTimeout(() => void started.settler.close(), graceMs + GIVE_UP_MS);
    await Promise.all(started.workers.map((worker) => worker.stop(graceMs)));
    clearTimeout(giveUp);
    await started.settler.close();
    await started.end();
  }

  return {
    async start({ concurrency, lanes: chosen }) {
      if (running) {
        throw new MailError('config_invalid', 'The mail queue is already started.', {
          stage: 'config',
        });
      }
      const worked = chosen ?? Object.fromEntries(Object.keys(lanes).map((lane) => [lane, concurrency]));
      running = run(
        Object.entries(worked).map(([lane, most]) => ({ lane, mailer: mailerOf(lane), concurrency: most })),
      );
      await running;
    },
    async stop(graceMs) {
      if (running) stopped = Promise.all([stopped, halt(running, graceMs)]);
      running = undefined;
      await stopped;
    },
  };
}

/** Runs a task periodically, never twice at the same time. */
function createTicker(everyMs: number, tick: () => Promise<void>): { stop(): Promise<void> } {
  let ticking = Promise.resolve();
  let isTicking = false;
  const begin = () => {
    if (isTicking) return;
    isTicking = true;
    ticking = tick().finally(() => {
      isTicking = false;
    });
  };
  const timer = setInterval(begin, everyMs);
  begin();
  return {
    async stop() {
      clearInterval(timer);
      await ticking;
    },
  };
}
