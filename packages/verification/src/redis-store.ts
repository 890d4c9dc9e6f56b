import { readOptions } from '@postern/core';
import { z } from 'zod';
import { scripts } from './redis-scripts.js';
import type { VerificationStore } from './verification-store.js';

/** A connected client: one of ioredis or iovalkey (`call`), or one of node-redis (`sendCommand`). */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(args: string[]): Promise<unknown> };

export interface RedisStoreOptions {
  /** Remains yours to close. */
  client: RedisClient;
  /**
   * What all keys begin with. The part in braces keeps them in one slot of a cluster.
   * @default '{postern:verification}:'
   */
  prefix?: string | undefined;
}

const hasMethod = (value: unknown, name: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';

const optionsSchema = z.strictObject({
  client: z.custom<RedisClient>(
    (value) => hasMethod(value, 'call') || hasMethod(value, 'sendCommand'),
    'must be a client of ioredis or node-redis',
  ),
  prefix: z.string().min(1).default('{postern:verification}:'),
});

const integer = z.coerce.number();
const counterReply = z
  .tuple([integer, integer, integer, integer])
  .transform(([count, resetMs, endsAt, isFull]) => ({ count, resetMs, endsAt, isFull: isFull === 1 }));
const challengeReply = z.union([
  z.tuple([]).transform(() => undefined),
  z
    .tuple([z.string(), z.string(), z.string(), z.string(), z.string(), integer, integer])
    .transform(([id, subject, mac, sealed, superseded, end, isAlive]) => ({
      ...{ id, subject, mac, sealed },
      supersededMacs: superseded.split('\n').filter((text) => text !== ''),
      expiresAt: new Date(end),
      isAlive: isAlive === 1,
    })),
]);
const putReply = z.tuple([integer, z.array(z.string())]);
const guessReply = z.tuple([challengeReply, counterReply]);

/**
 * Keeps everything in Redis 7 or newer, or in Valkey, for any number of processes. Each method is one Lua script: one
 * round trip, atomic. Keys expire on the server, one hour after what they hold.
 *
 * Set `maxmemory-policy` to `noeviction`: a counter that is evicted gives out fresh guesses.
 *
 * @throws {ConfigError} when an option is not valid
 *
 * @example
 * ```ts
 * const store = redisStore({ client: new Redis(process.env.REDIS_URL ?? '') }); // import { Redis } from 'ioredis'
 * ```
 */
export function redisStore(options: RedisStoreOptions): VerificationStore {
  const { client, prefix } = readOptions(optionsSchema, options, 'redisStore');

  function run(name: keyof typeof scripts, ...values: (string | number | undefined)[]): Promise<unknown> {
    const args = [scripts[name], '1', prefix, ...values.map((value) => String(value ?? ''))];
    return 'call' in client ? client.call('EVAL', ...args) : client.sendCommand(['EVAL', ...args]);
  }

  return {
    async count({ counters, now }) {
      const values = counters.flatMap(({ key, points, windowMs, limit }) => [key, points, windowMs, limit]);
      return z.array(counterReply).parse(await run('count', now, ...values));
    },
    async release({ key, endsAt, points = 0, windowMs, now }) {
      await run('release', now, key, endsAt, points, windowMs);
    },
    async put({ challenge: { subject, id, mac, sealed }, ttlMs, replaces = [], now }) {
      const reply = await run('put', now, subject, id, mac, sealed, ttlMs, ...replaces);
      const [expiresAt, superseded] = putReply.parse(reply);
      return { expiresAt: new Date(expiresAt), superseded };
    },
    async guess({ subjects, counter, windowMs, now }) {
      const [challenge, guesses] = guessReply.parse(await run('guess', now, counter, windowMs, ...subjects));
      return { challenge, guesses };
    },
    async find({ id, now }) {
      return challengeReply.parse(await run('find', now, id));
    },
    async take({ id, refund, now }) {
      return integer.parse(await run('take', now, id, refund?.key, refund?.endsAt)) === 1;
    },
    async remove({ subject, now }) {
      return z.string().parse(await run('remove', now, subject)) || undefined;
    },
  };
}
