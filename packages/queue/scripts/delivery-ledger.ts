import { setTimeout as pause } from 'node:timers/promises';
import { createMailer, silentLogger } from '@postern/core';
import { createMailQueue, type DeliveryQueue, migrateMailQueue } from '@postern/queue';
import { startSmtpTrap } from '@postern/testing';
import { Client } from 'pg';
import { MAILER_CONFIG, WORKER_KEYS } from './worker-options.ts';

/** What became of the messages of a scenario. */
export interface DeliveryReport {
  readonly messages: number;
  /** Messages that did not arrive. */
  readonly lost: number;
  /** Emails beyond the first of their message. */
  readonly duplicates: number;
  /** Those whose Message-ID is not that of the first. */
  readonly duplicatesWithAnotherId: number;
  /** Attempts beyond the first of their delivery: those that were in flight when something happened to their worker. */
  readonly inFlight: number;
  /** Attempts and emails beyond the first that nothing in the scenario accounts for. */
  readonly unexplained: number;
  readonly seconds: number;
}

interface EnqueueOptions {
  readonly to?: string;
  readonly idempotencyKey?: string;
  readonly db?: Client;
}

/** A queue, the SMTP server that its workers send to, and a record of what was enqueued and what arrived. */
export interface DeliveryLedger extends AsyncDisposable {
  readonly queue: DeliveryQueue;
  readonly client: Client;
  /** Of the SMTP server. */
  readonly port: number;
  /** How many emails have arrived. */
  readonly count: number;
  /** Enqueues another message, and repeats the call while the database is away. Returns the id of the delivery. */
  enqueue(options?: EnqueueOptions): Promise<string>;
  /** Records that the deliveries that are being sent may be sent again. Returns their ids. */
  noteInFlight(): Promise<string[]>;
  /** Checks the condition after each email that arrives. */
  until(condition: () => boolean): Promise<void>;
  /** Waits until nothing waits. Messages that a newer code took the place of do not count. */
  report(): Promise<DeliveryReport>;
}

const REPEAT_MS = 50;

export async function openLedger(
  url: string,
  options: { schema: string; leaseMs: number; queryTimeoutMs?: number },
): Promise<DeliveryLedger> {
  const { schema, leaseMs, queryTimeoutMs = 30_000 } = options;
  const startedAt = performance.now();
  const trap = await startSmtpTrap({ tls: 'none' });
  await migrateMailQueue({ connection: { url }, schema });
  const queue = await createMailQueue({
    connection: { url, queryTimeoutMs },
    keys: WORKER_KEYS,
    leaseMs,
    schema,
    // The scenarios take the database away.
    logger: silentLogger,
  });
  const mailer = createMailer({ config: MAILER_CONFIG, transport: queue.transport() });
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();

  const addresses = new Map<string, string>();
  const inFlight = new Map<string, number>();
  const arrived = new Map<string, string[]>();
  let messages = 0;
  let count = 0;
  let wake = () => {};
  trap.inbox.onEmail((email) => {
    const to = email.envelope.to[0] ?? '';
    arrived.set(to, [...(arrived.get(to) ?? []), email.messageId ?? '']);
    count += 1;
    wake();
  });

  async function untilStored(enqueue: () => Promise<{ id: string }>): Promise<string> {
    for (;;) {
      try {
        return (await enqueue()).id;
      } catch (error) {
        if (!(error instanceof Error && 'retryable' in error && error.retryable)) throw error;
        await pause(REPEAT_MS);
      }
    }
  }

  return {
    queue,
    client,
    port: trap.port,
    get count() {
      return count;
    },
    async enqueue({ to = `user-${messages}@example.com`, idempotencyKey = `message ${messages}`, db } = {}) {
      messages += 1;
      const payload = { code: '482913' };
      const email = await mailer.render({ to, type: 'SignIn', payload, idempotencyKey });
      const id = db ? (await queue.enqueue(email, { db })).id : await untilStored(() => queue.enqueue(email));
      addresses.set(id, to);
      return id;
    },
    async noteInFlight() {
      const { rows } = await client.query<{ id: string }>(
        `SELECT id FROM ${schema}.delivery WHERE state = 'sending'`,
      );
      for (const { id } of rows) inFlight.set(id, (inFlight.get(id) ?? 0) + 1);
      return rows.map(({ id }) => id);
    },
    until: (condition) =>
      new Promise((resolve) => {
        wake = () => condition() && resolve();
        wake();
      }),
    async report() {
      const waiting = async () => {
        const { queued, sending, retrying } = (await queue.stats()).states;
        return queued + sending + retrying;
      };
      while ((await waiting()) > 0) await pause(100);
      const reader = new Client(url);
      await reader.connect();
      const { rows } = await reader.query<{ id: string; attempts: number }>(
        `SELECT id, attempts FROM ${schema}.delivery_history WHERE state <> 'cancelled'`,
      );
      const { cancelled } = (await queue.stats()).states;
      await reader.end();
      let again = 0;
      let unexplained = 0;
      for (const { id, attempts } of rows) {
        const extra = (arrived.get(addresses.get(id) ?? '')?.length ?? 0) - 1;
        again += attempts - 1;
        unexplained +=
          Math.max(0, attempts - 1 - (inFlight.get(id) ?? 0)) + Math.max(0, extra - (attempts - 1));
      }
      const ids = rows.map(({ id }) => arrived.get(addresses.get(id) ?? '') ?? []);
      return {
        messages: rows.length,
        lost: ids.filter(({ length }) => length === 0).length + (addresses.size - cancelled - rows.length),
        duplicates: count - ids.filter(({ length }) => length > 0).length,
        duplicatesWithAnotherId: ids.filter((all) => new Set(all).size > 1).length,
        inFlight: again,
        unexplained,
        seconds: Math.round((performance.now() - startedAt) / 1000),
      };
    },
    async [Symbol.asyncDispose]() {
      await client.end();
      await queue.close();
      await trap.close();
    },
  };
}
