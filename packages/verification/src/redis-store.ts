import { readOptions } from '@postern/core';
import * as z from 'zod';
import { redisError, unreadableReply } from './redis-error.js';
import { scripts } from './redis-scripts.js';
import type { VerificationStore } from './verification-store.js';

/** A connected client of ioredis or iovalkey (`call`), or of node-redis (`sendCommand`). */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(args: string[]): Promise<unknown> };

export interface RedisStoreOptions {
  /** A connected client. The store does not close it. */
  client: RedisClient;
  /**
   * The prefix of all keys. The part in braces keeps them in one slot of a cluster.
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
 * Stores everything in Redis 7 or newer, or in Valkey, for any number of processes. Each method is one Lua script: one round
 * trip, atomic. Keys expire on the server, one hour after their content.
 *
 * Set `maxmemory-policy` to `noeviction`, because an evicted counter allows new guesses.
 *
 * Its methods throw a `MailError`: `config_invalid` for a wrong password or a missing permission, `connection_failed` if the
 * server does not answer, `rate_limited` if it has no resources left.
 *
 * @throws {ConfigError} if an option is not valid
 *
 * @example
 * ```ts
 * const store = redisStore({ client: new Redis(process.env.REDIS_URL ?? '') }); // import { Redis } from 'ioredis'
 * ```
 */
export function redisStore(options: RedisStoreOptions): VerificationStore {
  const { client, prefix } = readOptions(optionsSchema, options, 'redisStore');

  async function run<Reply extends z.ZodType>(
    reply: Reply,
    name: keyof typeof scripts,
    ...values: (string | number | undefined)[]
  ): Promise<z.output<Reply>> {
    const args = [scripts[name], '1', prefix, ...values.map((value) => String(value ?? ''))];
    let answer: unknown;
    try {
      answer = await ('call' in client
        ? client.call('EVAL', ...args)
        : client.sendCommand(['EVAL', ...args]));
    } catch (error) {
      throw redisError(error);
    }
    const parsed = reply.safeParse(answer);
    if (!parsed.success) throw unreadableReply();
    return parsed.data;
  }

  return {
    async count({ counters, now }) {
      const values = counters.flatMap(({ key, points, windowMs, limit }) => [key, points, windowMs, limit]);
      return run(z.array(counterReply), 'count', now, ...values);
    },
    async release({ key, endsAt, points = 0, windowMs, now }) {
      await run(z.unknown(), 'release', now, key, endsAt, points, windowMs);
    },
    async put({ challenge: { subject, id, mac, sealed }, ttlMs, replaces = [], now }) {
      const values = [subject, id, mac, sealed, ttlMs, ...replaces];
      const [expiresAt, superseded] = await run(putReply, 'put', now, ...values);
      return { expiresAt: new Date(expiresAt), superseded };
    },
    async guess({ subjects, counter, windowMs, now }) {
      const [challenge, guesses] = await run(guessReply, 'guess', now, counter, windowMs, ...subjects);
      return { challenge, guesses };
    },
    async find({ id, now }) {
      return run(challengeReply, 'find', now, id);
    },
    async take({ id, refund, now }) {
      return (await run(integer, 'take', now, id, refund?.key, refund?.endsAt)) === 1;
    },
    async remove({ subject, now }) {
      return (await run(z.string(), 'remove', now, subject)) || undefined;
    },
  };
}
