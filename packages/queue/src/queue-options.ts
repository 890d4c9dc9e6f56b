import {
  type Clock,
  carriesCode,
  clockSchema,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  objectWithMethods,
  readOptions,
  type SecretKey,
  secretKeysSchema,
} from '@postern/core';
import { z } from 'zod';
import { ask } from './application-callback.js';
import type { QueueMailer } from './attempt.js';
import type { PGliteDatabase } from './database.js';
import { DELIVERY_STATES, type DeliveryState } from './delivery.js';
import type { PostgresPool } from './postgres.js';
import { policySchema, type QueuePolicyInput } from './queue-policy.js';

/** A separate queue with its own workers. A slow provider in one lane delays no other lane. */
export interface LaneOptions {
  /**
   * The usage types of this lane: a list, or a function that returns true or false. If the function fails, `enqueue` rejects
   * with `config_invalid`. The last lane takes all other types and has no `types`.
   */
  types?: (readonly string[] | ((type: string) => boolean)) | undefined;
  /** Sends the emails of this lane, for example through another provider. @default the queue's mailer */
  mailer?: QueueMailer | undefined;
}

export interface MailQueueOptions {
  /**
   * `url`: a PostgreSQL server, for any number of processes. `poolSize` (2) is the maximum number of connections, plus one
   * to listen. `pool`: your `pg` Pool, with its TLS, tokens, and PgBouncer; close it yourself. `pglite`: an embedded
   * PostgreSQL for a single process: a directory, `':memory:'`, or your PGlite, which you close yourself.
   *
   * A call without an answer within `queryTimeoutMs` (30,000) fails, and the server cancels its statement. With `listen`, a
   * worker holds one more connection, and `enqueue` wakes it; without it, the worker polls every `pollIntervalMs`. The
   * default is `true` for `url` and `false` for `pool`, because PgBouncer cannot pass notifications on.
   */
  connection:
    | { url: string; poolSize?: number; queryTimeoutMs?: number; listen?: boolean }
    | { pool: PostgresPool; queryTimeoutMs?: number; listen?: boolean }
    | { pglite: string | PGliteDatabase };
  /** Sends the emails. Required to call `start`; a process that only enqueues needs none. */
  mailer?: QueueMailer | undefined;
  /** Encrypt stored emails: the first key encrypts, all keys decrypt. To rotate, append the new key, deploy, then swap. */
  keys: readonly SecretKey[];
  /**
   * The lanes by name. A usage type goes to the first lane that takes it. Use the same lanes in every process.
   * @default `{ codes: { types: carriesCode }, other: {} }`
   */
  lanes?: Readonly<Record<string, LaneOptions>> | undefined;
  /** Overrides the default policy. */
  policy?: QueuePolicyInput | undefined;
  /**
   * Maximum time without a heartbeat before another worker takes over the emails of a worker, in milliseconds: a multiple
   * of 1,000. Workers send three heartbeats within this time. Below 10 seconds, a busy process can lose its emails. Use the
   * same value in every process: `enqueue` sets the lease, and a worker with a longer one sends its heartbeats too late.
   * @default 30 seconds
   */
  leaseMs?: number | undefined;
  /** How often a worker polls for emails, in milliseconds, in addition to notifications. @default 1000 */
  pollIntervalMs?: number | undefined;
  /** The PostgreSQL schema of all tables, including those of pg-boss. @default 'postern_queue' */
  schema?: string | undefined;
  /** Returns a number between 0 and 1, for the jitter of retries. Any other answer counts as 1. @default Math.random */
  random?: (() => number) | undefined;
  /** Receives events. Its errors are ignored. @default writes errors to `console.error`, each kind once */
  logger?: Logger | undefined;
  /**
   * For tests: the time of the queue follows this clock instead of the database. If the clock is off by more than a minute
   * when the queue opens, it counts from the time of the database.
   * @default the time of the database, the same for every process
   */
  clock?: Clock | undefined;
}

export interface StartOptions {
  /** How many emails at a time, in each lane. @default 5 */
  concurrency?: number | undefined;
  /** The lanes that this process works, and how many emails at a time in each. @default all of them */
  lanes?: Readonly<Record<string, number>> | undefined;
}

export interface StopOptions {
  /** How long what is in flight may take to finish, in milliseconds. @default 10 seconds */
  graceMs?: number | undefined;
}

/** The time of the machine replaces an answer that is not a time. */
const withValidTime = (clock: Clock): Clock => ({
  now() {
    const time = ask(() => clock.now());
    return typeof time === 'number' && !Number.isNaN(new Date(time).getTime()) ? time : Date.now();
  },
});

const NAME = /^\w[\w-]{0,39}$/;

const mailerSchema = objectWithMethods<QueueMailer>('a mailer, such as createMailer(…)', 'deliver');

const laneSchema = z.strictObject({
  types: z.union([z.array(z.string().min(1)).min(1), functionSchema<(type: string) => boolean>()]).optional(),
  mailer: mailerSchema.optional(),
});

const lanesSchema = z
  .record(z.string().regex(NAME, 'must be 1 to 40 letters, digits, hyphens or underscores'), laneSchema)
  .refine(
    (lanes) =>
      Object.values(lanes).filter(({ types }) => types === undefined).length === 1 &&
      Object.values(lanes).at(-1)?.types === undefined,
    'the last lane takes the rest: it has no types, and all others have some',
  )
  .default({ codes: { types: carriesCode }, other: {} });

const DAY_MS = 86_400_000;

/** PGlite would make folders out of a URL of a server, and stores for browsers out of other schemes. */
const directorySchema = z
  .string()
  .refine((text) => text.trim() !== '' && !/\p{Cc}/u.test(text))
  .refine((text) => !/^[a-z][a-z\d+.-]+:\/\//i.test(text) || /^(?:memory|file):\/\//i.test(text));

export const schemaSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and underscores')
  .default('postern_queue');

const queryTimeoutSchema = z.int().min(1).max(DAY_MS).default(30_000);

const optionsSchema = z.strictObject({
  connection: z.union(
    [
      z.strictObject({
        url: z.string().min(1),
        poolSize: z.int().min(1).default(2),
        queryTimeoutMs: queryTimeoutSchema,
        listen: z.boolean().default(true),
      }),
      z
        .strictObject({
          pool: objectWithMethods<PostgresPool>('a Pool of pg', 'connect', 'query'),
          queryTimeoutMs: queryTimeoutSchema,
          listen: z.boolean().default(false),
        })
        .refine(({ pool, listen }) => !listen || pool.options?.max !== 1, {
          path: ['listen'],
          error: 'needs a pool with a max of 2 or more: it holds one connection, and statements need another',
        }),
      z.strictObject({ pglite: z.union([directorySchema, objectWithMethods<PGliteDatabase>('a PGlite')]) }),
    ],
    'must be { url } of a PostgreSQL, { pool }, or { pglite } with a directory or ":memory:"',
  ),
  mailer: mailerSchema.optional(),
  keys: secretKeysSchema,
  lanes: lanesSchema,
  policy: policySchema.prefault({}),
  // pg-boss counts in seconds.
  leaseMs: z.int().min(1000).max(DAY_MS).multipleOf(1000).default(30_000),
  pollIntervalMs: z.int().min(10).max(DAY_MS).default(1000),
  schema: schemaSchema,
  random: functionSchema<() => number>().default(() => Math.random),
  logger: loggerSchema.default(createOperatorLogger),
  clock: clockSchema.transform(withValidTime).optional(),
});

export type ParsedQueueOptions = z.output<typeof optionsSchema>;

const startSchema = z.strictObject({
  concurrency: z.int().min(1).max(1000).default(5),
  lanes: z.record(z.string(), z.int().min(1).max(1000)).optional(),
});

export type ParsedStartOptions = z.output<typeof startSchema>;

const stopSchema = z.strictObject({ graceMs: z.number().min(0).max(DAY_MS).default(10_000) });

/** What to look for; without anything, everything. */
export interface ListOptions {
  state?: DeliveryState | readonly DeliveryState[] | undefined;
  /** The usage type. */
  type?: string | undefined;
  lane?: string | undefined;
  /** The recipient's whole address. */
  address?: string | undefined;
  /** Where the page before ended. */
  cursor?: string | undefined;
  /** How many at most. @default 50 */
  limit?: number | undefined;
}

const listSchema = z.strictObject({
  state: z
    .union([z.enum(DELIVERY_STATES).transform((state) => [state]), z.array(z.enum(DELIVERY_STATES))])
    .optional(),
  type: z.string().optional(),
  lane: z.string().optional(),
  address: z.string().optional(),
  cursor: z.uuid().optional(),
  limit: z.int().min(1).max(1000).default(50),
});

export type ParsedListOptions = z.output<typeof listSchema>;

/** @throws {ConfigError} with every problem */
export const parseQueueOptions = (options: MailQueueOptions): ParsedQueueOptions =>
  readOptions(optionsSchema, options, 'createMailQueue');

/** @throws {ConfigError} with every problem */
export const parseStartOptions = (options: StartOptions): ParsedStartOptions =>
  readOptions(startSchema, options, 'queue.start');

/** @throws {ConfigError} with every problem */
export const parseStopOptions = (options: StopOptions): z.output<typeof stopSchema> =>
  readOptions(stopSchema, options, 'queue.stop');

/** @throws {ConfigError} with every problem */
export const parseListOptions = (options: ListOptions): ParsedListOptions =>
  readOptions(listSchema, options, 'queue.list');
