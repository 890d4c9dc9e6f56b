import {
  type Clock,
  carriesCode,
  clockSchema,
  createOperatorLogger,
  functionSchema,
  type Logger,
  loggerSchema,
  mailerSchema,
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
   * The usage types of this lane: a list, or a function that returns true or false. If the function fails, `enqueue`
   * rejects with `config_invalid`. The last lane takes all other types and has no `types`.
   */
  types?: (readonly string[] | ((type: string) => boolean)) | undefined;
  /** Sends the emails of this lane, for example through another provider. @default the queue's mailer */
  mailer?: QueueMailer | undefined;
}

export interface MailQueueOptions {
  /**
   * The database of the queue.
   *
   * - `url`: a PostgreSQL server, for any number of processes. The queue opens up to `poolSize` (2) connections, plus
   *   one for notifications.
   * - `pool`: your `pg` Pool, for example with custom TLS settings, access tokens, or PgBouncer. You close it.
   * - `pglite`: an embedded PostgreSQL for a single process. Pass a directory, `':memory:'`, or your PGlite instance,
   *   which you close.
   *
   * If the database does not respond within `queryTimeoutMs` (30,000), the call fails and the server cancels the
   * statement. With `listen`, each process that sends emails holds one more connection, and `enqueue` wakes its workers
   * immediately. Without it, they poll every `pollIntervalMs`. The default is `true` for `url`. It is `false` for
   * `pool`, because PgBouncer does not forward notifications.
   */
  connection:
    | { url: string; poolSize?: number; queryTimeoutMs?: number; listen?: boolean }
    | { pool: PostgresPool; queryTimeoutMs?: number; listen?: boolean }
    | { pglite: string | PGliteDatabase };
  /** Sends the emails. Required by `start`, unless each lane has its own mailer. */
  mailer?: QueueMailer | undefined;
  /**
   * The keys that encrypt stored emails. The first key encrypts, and all keys decrypt. To rotate the key, append the
   * new key and deploy, then move it to the front and deploy again.
   */
  keys: readonly SecretKey[];
  /**
   * The lanes by name. A usage type goes to the first lane that takes it. Use the same lanes in every process.
   * @default `{ codes: { types: carriesCode }, other: {} }`
   */
  lanes?: Readonly<Record<string, LaneOptions>> | undefined;
  /** Overrides the default policy. */
  policy?: QueuePolicyInput | undefined;
  /**
   * Maximum time without a heartbeat before another worker takes over a worker's emails, in milliseconds. Must be a
   * multiple of 1,000. Workers send three heartbeats within this time. Below 10 seconds, a busy process can lose its
   * emails. Use the same value in every process: `enqueue` sets the lease, so a worker with a longer one sends its
   * heartbeats too late.
   * @default 30 seconds
   */
  leaseMs?: number | undefined;
  /** How often a worker polls for emails, in milliseconds, in addition to notifications. @default 1000 */
  pollIntervalMs?: number | undefined;
  /** The PostgreSQL schema of all tables, including those of pg-boss. @default 'postern_queue' */
  schema?: string | undefined;
  /** Returns a number between 0 and 1 for the retry jitter. Any other value counts as 1. @default Math.random */
  random?: (() => number) | undefined;
  /** Receives events. Its errors are ignored. @default writes errors to `console.error`, each kind once */
  logger?: Logger | undefined;
  /**
   * Replaces the database clock in tests. If this clock differs from the database by more than a minute when the queue
   * opens, the queue corrects it by the difference.
   * @default the database clock, which all processes share
   */
  clock?: Clock | undefined;
}

export interface StartOptions {
  /** Maximum number of emails that each lane sends at the same time. @default 5 */
  concurrency?: number | undefined;
  /** The lanes that this process sends, each with its own concurrency. @default all lanes, with `concurrency` */
  lanes?: Readonly<Record<string, number>> | undefined;
}

export interface StopOptions {
  /** Maximum time to wait for emails in flight, in milliseconds. @default 10 seconds */
  graceMs?: number | undefined;
}

/** Uses the system time if the clock does not return a valid time. */
const withValidTime = (clock: Clock): Clock => ({
  now() {
    const time = ask(() => clock.now());
    return typeof time === 'number' && !Number.isNaN(new Date(time).getTime()) ? time : Date.now();
  },
});

const NAME = /^\w[\w-]{0,39}$/;

const laneSchema = z.strictObject({
  types: z.union([z.array(z.string().min(1)).min(1), functionSchema<(type: string) => boolean>()]).optional(),
  mailer: mailerSchema<QueueMailer>('deliver').optional(),
});

const lanesSchema = z
  .record(z.string().regex(NAME, 'must be 1 to 40 letters, digits, hyphens, or underscores'), laneSchema)
  .refine(
    (lanes) =>
      Object.values(lanes).filter(({ types }) => types === undefined).length === 1 &&
      Object.values(lanes).at(-1)?.types === undefined,
    'every lane except the last must have types, and the last must not, because it accepts all other types',
  )
  .default({ codes: { types: carriesCode }, other: {} });

const DAY_MS = 86_400_000;

/** Rejects URLs: PGlite would create folders for a server URL, and browser storage for other schemes. */
const directorySchema = z
  .string()
  .refine((text) => text.trim() !== '' && !/\p{Cc}/u.test(text))
  .refine((text) => !/^[a-z][a-z\d+.-]+:\/\//i.test(text) || /^(?:memory|file):\/\//i.test(text));

export const schemaSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,39}$/, 'must contain only lowercase letters, digits, and underscores')
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
          pool: objectWithMethods<PostgresPool>('a pg Pool', 'connect', 'query'),
          queryTimeoutMs: queryTimeoutSchema,
          listen: z.boolean().default(false),
        })
        .refine(({ pool, listen }) => !listen || pool.options?.max !== 1, {
          path: ['listen'],
          error:
            'requires a pool with a max of 2 or more: listening uses one connection, and statements need another',
        }),
      z.strictObject({ pglite: z.union([directorySchema, objectWithMethods<PGliteDatabase>('a PGlite')]) }),
    ],
    'must be { url } of a PostgreSQL server, { pool }, or { pglite } with a directory or ":memory:"',
  ),
  mailer: mailerSchema<QueueMailer>('deliver').optional(),
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

/** Filters for `list`. Without filters, it returns all deliveries. */
export interface ListOptions {
  state?: DeliveryState | readonly DeliveryState[] | undefined;
  /** The usage type. */
  type?: string | undefined;
  lane?: string | undefined;
  /** The full address of the recipient. */
  address?: string | undefined;
  /** The `cursor` of the previous page. */
  cursor?: string | undefined;
  /** Maximum number of deliveries per page. @default 50 */
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
