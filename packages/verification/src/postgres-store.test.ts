import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { createMailer, type LogEvent, silentLogger } from '@postern/core';
import { migrate } from '@postern/postgres';
import { createMemoryTransport } from '@postern/testing';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.js';
import { createVerification, type PostgresPool } from './index.js';
import { migrationPlan, postgresMigrations } from './postgres-migrations.js';
import { postgresStore } from './postgres-store.js';
import { describeStoreContract } from './store-contract.js';

const RECEIPT = { messageId: '', accepted: '', transport: '', response: '', attempts: 1, durationMs: 0 };

const TABLES = ['challenge', 'counter'].map((name) => `postern_verification_${name}`);

const dumpOf = async (pool: PostgresPool): Promise<string> => {
  const rows = await Promise.all(
    TABLES.map(async (table) => (await pool.query(`SELECT * FROM ${table}`)).rows),
  );
  return JSON.stringify(rows);
};

let server: RealPostgres;
/** Two processes have a pool each. */
let pools: [Pool, Pool];
let pglite: PGlite;

const connect = (max: number) => new Pool({ connectionString: server.url, max });

/** `end` resolves before the connections are closed, and the server would break those off when it stops. */
const end = async (pool: Pool) => {
  const closed = Promise.withResolvers<void>();
  let open = pool.totalCount;
  if (open === 0) closed.resolve();
  pool.on('remove', () => --open === 0 && closed.resolve());
  await Promise.all([pool.end(), closed.promise]);
};

beforeAll(async () => {
  server = await startRealPostgres();
  pools = [connect(10), connect(10)];
  await Promise.all(pools.map((pool) => postgresStore({ pool }).migrate()));
  pglite = new PGlite();
  await postgresStore({ pool: pglite }).migrate();
});

afterAll(async () => {
  await Promise.all(pools.map(end));
  await server.remove();
  await pglite.close();
});

describeStoreContract(
  'postgresStore on PostgreSQL',
  async () => ({
    store: postgresStore({ pool: pools[0] }),
    other: postgresStore({ pool: pools[1] }),
    dump: () => dumpOf(pools[0]),
  }),
  { describe, expect, test },
);

describeStoreContract(
  'postgresStore on PGlite',
  async () => ({
    store: postgresStore({ pool: pglite }),
    dump: () => dumpOf(pglite),
  }),
  { describe, expect, test },
);

describe('postgresStore', () => {
  const challenge = { id: 'id', subject: 'subject', mac: '', sealed: '' };

  test('is on a real PostgreSQL here', async () => {
    const { rows } = await pools[0].query('SHOW server_version_num');
    expect(Number(rows[0].server_version_num)).toBeGreaterThanOrEqual(180_000);
  });

  test('migrates again and in parallel without harm, also into a schema of its own', async () => {
    const stores = pools.map((pool) => postgresStore({ pool, schema: 'a "strange" schema' }));
    await Promise.all([...stores, ...stores, ...stores].map((store) => store.migrate()));
    const [one, other] = stores;
    await one?.put({ challenge, ttlMs: 1000, now: 0 });
    await one?.migrate();
    expect(await other?.find({ id: 'id', now: 0 })).toMatchObject({ isAlive: true });
    expect(await postgresStore({ pool: pools[0] }).find({ id: 'id', now: 0 })).toBeUndefined();
    expect(postgresMigrations()).toHaveLength(6);
  });

  test('needs one round trip per method, and no transaction of the caller', async () => {
    const queries: string[] = [];
    const pool: PostgresPool = {
      query(text, values) {
        queries.push(text);
        return pools[0].query(text, values);
      },
    };
    const store = postgresStore({ pool });
    const counter = { key: 'a key', points: 1, windowMs: 1000 };
    await store.count({ counters: [{ ...counter, points: 0 }, counter, { ...counter, key: 'another key' }] });
    await store.release({ key: 'a key', endsAt: 0, points: 1, windowMs: 0 });
    await store.put({ challenge, ttlMs: 1000 });
    await store.guess({ subjects: ['subject', 'older'], counter: 'a key', windowMs: 1000 });
    await store.find({ id: 'id' });
    await store.take({ id: 'id', refund: { key: 'a key', endsAt: 0 } });
    await store.remove({ subject: 'subject' });
    expect(queries).toHaveLength(7);
    expect(queries.join()).not.toMatch(/BEGIN|COMMIT|LOCK TABLE|advisory/i);
  });

  test.each([
    ['content', `sealed = ''`],
    ['content that is cut off', `sealed = 'AAAA'`],
    ['a digest', `mac = '\u0001'`],
    ['a time', 'expires_at = 9000000000000000000'],
  ])('a challenge whose row lost %s is no error, and the next one takes its place', async (_name, damage) => {
    const store = postgresStore({ pool: pglite });
    const transport = createMemoryTransport();
    const mailer = createMailer({
      config: {
        fromEmail: 'noreply@example.com',
        templates: [{ usageType: 'SignIn', contentType: 'text/plain', subject: 'Hi', content: '{{code}}' }],
      },
      transport,
    });
    const verification = createVerification({
      mailer,
      store,
      secret: 'a secret of 32 characters or more, at random',
      policy: { cooldown: 0 },
    });
    const to = `ada-${randomUUID()}@example.com`;
    const request = { to, type: 'SignIn', method: 'code' } as const;
    const { id } = await verification.start(request);
    const code = await transport.inbox.waitForCode(to);
    await pglite.query(`UPDATE postern_verification_challenge SET ${damage} WHERE id = $1`, [id]);
    await expect(verification.check({ to, type: 'SignIn', code })).rejects.toMatchObject({
      name: 'VerificationError',
    });
    await verification.start(request);
    const next = transport.emails.at(-1)?.text ?? '';
    expect(await verification.check({ to, type: 'SignIn', code: next })).toMatchObject({
      status: 'verified',
    });
  });

  test('a counter that was damaged and is at its end is no error, and still limits', async () => {
    const store = postgresStore({ pool: pglite });
    const counter = { key: randomUUID(), windowMs: 60_000, points: 1 };
    await store.count({ counters: [counter] });
    await pglite.query('UPDATE postern_verification_counter SET count = 2147483647 WHERE key = $1', [
      counter.key,
    ]);
    const { guesses } = await store.guess({ subjects: ['none'], counter: counter.key, windowMs: 60_000 });
    expect(guesses.count).toBeGreaterThan(1_000_000);
    const [state] = await store.count({ counters: [counter] });
    expect(state?.count).toBeGreaterThan(1_000_000);
    expect(await store.count({ counters: [{ ...counter, limit: 5 }] })).toMatchObject([{ isFull: true }]);
  });

  describe('purge', () => {
    /** Its own schema with expired and live rows. */
    async function fill(schema: string, expired: number) {
      const [pool] = pools;
      const store = postgresStore({ pool, schema });
      await store.migrate();
      const now = Date.now();
      for (const [name, count, end] of [
        ['old', expired, now - 1],
        ['new', 3000, now + 600_000],
      ] as const)
        await pool.query(`
          INSERT INTO ${schema}.postern_verification_challenge (subject, id, mac, sealed, expires_at)
            SELECT '${name} ' || n, '${name} ' || n, '', '', ${end} FROM generate_series(1, ${count}) n;
          INSERT INTO ${schema}.postern_verification_counter (key, count, reset_at)
            SELECT '${name} ' || n, 1, ${end} FROM generate_series(1, ${count}) n`);
      await pool.query(
        `ANALYZE ${schema}.postern_verification_challenge, ${schema}.postern_verification_counter`,
      );
      const left = async () => {
        const { rows } = await pool.query(`SELECT
          (SELECT count(*)::integer FROM ${schema}.postern_verification_challenge) AS challenges,
          (SELECT count(*)::integer FROM ${schema}.postern_verification_counter) AS counters`);
        return rows[0];
      };
      return { pool, store, left };
    }
    const LIVE = { challenges: 3000, counters: 3000 };

    test('deletes what has expired and nothing else, a bounded number of rows per statement', async () => {
      const { pool, left } = await fill('purge_bounds', 2500);
      const deleted: number[] = [];
      const store = postgresStore({
        schema: 'purge_bounds',
        pool: {
          async query(text, values) {
            const before = await left();
            const result = await pool.query(text, values);
            const after = await left();
            deleted.push(before.challenges - after.challenges, before.counters - after.counters);
            return result;
          },
        },
      });
      expect(await store.purge()).toBe(5000);
      expect(await left()).toEqual(LIVE);
      expect(Math.max(...deleted)).toBeLessThanOrEqual(1000);
      expect(await store.purge()).toBe(0);
    });

    test('neither waits for a row that is in use nor deletes it', async () => {
      const { pool, store, left } = await fill('purge_in_use', 100);
      const client = await pool.connect();
      await client.query(`BEGIN;
        UPDATE purge_in_use.postern_verification_challenge SET expires_at = 9e12 WHERE subject = 'old 1';
        UPDATE purge_in_use.postern_verification_counter SET count = 2 WHERE key = 'old 1'`);
      expect(await store.purge()).toBe(198);
      await client.query('COMMIT');
      client.release();
      // The address of the challenge returned meanwhile; the counter is still over.
      expect(await store.purge()).toBe(1);
      expect(await left()).toEqual({ challenges: 3001, counters: 3000 });
    });

    test('is the work of one process at a time', async () => {
      const { pool, store } = await fill('purge_once', 100);
      const client = await pool.connect();
      await client.query(
        `BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('postern_verification purge', 0))`,
      );
      expect(await store.purge()).toBe(0);
      await client.query('COMMIT');
      client.release();
      expect(await store.purge()).toBe(200);
    });

    test('and every other method find their rows by an index', async () => {
      const { pool } = await fill('indexed', 30_000);
      const scans = async (text: string, values: unknown[] = []) => {
        const { rows } = await pool.query(`EXPLAIN ${text}`, values);
        return rows.map((row) => String(Object.values(row)[0])).filter((line) => /Seq Scan/.test(line));
      };
      const plans: string[][] = [];
      const store = postgresStore({
        schema: 'indexed',
        pool: {
          async query(text, values) {
            plans.push(await scans(text, values));
            return pool.query(text, values);
          },
        },
      });
      const counter = { key: 'new 1', points: 1, windowMs: 1000, limit: 5 };
      await store.count({ counters: [{ ...counter, points: 0 }, counter] });
      await store.release({ key: 'new 1', endsAt: Date.now(), points: 1, windowMs: 0 });
      await store.put({ challenge: { ...challenge, subject: 'new 1' }, ttlMs: 1000, replaces: ['new 2'] });
      await store.guess({ subjects: ['new 3', 'new 4'], counter: 'new 5', windowMs: 1000 });
      await store.find({ id: 'new 6' });
      await store.take({ id: 'new 7', refund: { key: 'new 8', endsAt: 9e12 } });
      await store.remove({ subject: 'new 9' });
      expect(plans).toHaveLength(7);
      await store.purge();
      expect(plans.flat()).toEqual([]);
      expect(plans.length).toBeGreaterThan(30);
    });

    test('runs in an interval until it is stopped, and reports a failure', async () => {
      vi.useFakeTimers();
      onTestFinished(() => void vi.useRealTimers());
      const events: LogEvent[] = [];
      let queries = 0;
      const store = postgresStore({
        pool: {
          async query() {
            queries += 1;
            if (queries === 2) throw new Error('No.');
            return { rows: [{ count: 0 }] };
          },
        },
        logger: { ...silentLogger, error: (event) => void events.push(event) },
      });
      const stop = store.startPurging({ everyMs: 60_000 });
      await vi.advanceTimersByTimeAsync(179_999);
      expect(queries).toBe(2);
      expect(events).toMatchObject([{ event: 'verification.purge_failed' }]);
      await vi.advanceTimersByTimeAsync(1);
      expect(queries).toBe(3);
      stop();
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(queries).toBe(3);
    });
  });

  describe('an error of the database', () => {
    const CONFIG = { name: 'MailError', code: 'config_invalid', retryable: false, hint: expect.any(String) };
    const openPool = (edit: (url: URL) => unknown) => {
      const url = new URL(server.url);
      edit(url);
      const pool = new Pool({ connectionString: url.href });
      onTestFinished(() => end(pool));
      return pool;
    };

    test.each<[string, (url: URL) => unknown, object]>([
      ['a wrong password', (url) => (url.password = 'wrong'), CONFIG],
      ['an unknown role', (url) => (url.username = 'unknown'), CONFIG],
      ['an unknown database', (url) => (url.pathname = '/missing'), CONFIG],
      ['TLS that the server lacks', (url) => (url.search = 'sslmode=require'), CONFIG],
      ['a closed port', (url) => (url.port = '1'), { code: 'connection_failed', retryable: true }],
    ])('says what is wrong: %s', async (_name, edit, expected) => {
      const store = postgresStore({ pool: openPool(edit) });
      const calls = [store.find({ id: 'id' }), store.migrate(), store.purge()];
      for (const result of await Promise.allSettled(calls))
        expect(result).toMatchObject({ reason: expected });
    });

    test('says that the tables are missing, from every method and from start', async () => {
      const store = postgresStore({ pool: pools[0], schema: 'not_migrated' });
      const verification = createVerification({
        mailer: { send: async () => RECEIPT },
        store,
        secret: 'a secret of 32 characters or more, at random',
        logger: silentLogger,
      });
      const counter = { key: 'key', points: 1, windowMs: 1000 };
      const calls = [
        store.count({ counters: [counter] }),
        store.release({ key: 'key', endsAt: 0 }),
        store.put({ challenge, ttlMs: 1000 }),
        store.guess({ subjects: ['subject'], counter: 'key', windowMs: 1000 }),
        store.find({ id: 'id' }),
        store.take({ id: 'id' }),
        store.remove({ subject: 'subject' }),
        store.purge(),
        verification.start({ to: 'ada@example.com', type: 'SignIn', method: 'code' }),
      ];
      const reason = { ...CONFIG, hint: expect.stringContaining('migrate()') };
      for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ reason });
    });

    test('says that a right is missing; the rights of the guide are enough, and a reader can only read', async () => {
      const [owner] = pools;
      await postgresStore({ pool: owner, schema: 'auth' }).migrate();
      await owner.query(`CREATE ROLE application LOGIN PASSWORD 'postern'`);
      const store = postgresStore({
        pool: openPool((url) => {
          url.username = 'application';
        }),
        schema: 'auth',
      });
      await expect(store.find({ id: 'id' })).rejects.toMatchObject(CONFIG);
      const guide = await readFile(new URL('../docs/production.md', import.meta.url), 'utf8');
      const [, grants = ''] = /```sql\n([^`]+)```/.exec(guide) ?? [];
      const [usage = '', write = '', ...rest] = grants.split(';');
      await owner.query(
        [usage, write.replace('SELECT, INSERT, UPDATE, DELETE', 'SELECT'), ...rest].join(';'),
      );

      const counter = { key: 'key', points: 1, windowMs: 60_000 };
      expect(await store.find({ id: 'id' })).toBeUndefined();
      // Reading a counter is a read.
      expect(await store.count({ counters: [{ ...counter, points: 0 }] })).toMatchObject([{ count: 0 }]);
      await expect(store.count({ counters: [counter] })).rejects.toMatchObject(CONFIG);

      await owner.query(grants);
      await store.migrate();
      await store.put({ challenge, ttlMs: 60_000 });
      expect(await store.count({ counters: [counter] })).toMatchObject([{ count: 1 }]);
      await store.guess({ subjects: ['subject'], counter: 'key', windowMs: 60_000 });
      expect(await store.take({ id: 'id', refund: { key: 'key', endsAt: 9e12 } })).toBe(true);
      await store.remove({ subject: 'subject' });
      await store.purge();
    });
  });

  test.each([1, 2, 3, 4, 5])('keeps the rows of an earlier schema: version %i', async (version) => {
    const db = new PGlite();
    onTestFinished(() => db.close());
    const earlier = { ...migrationPlan('public') };
    await migrate(db, { ...earlier, migrations: earlier.migrations.slice(0, version) });
    await db.query(
      `INSERT INTO postern_verification_challenge (subject, id, mac, sealed, expires_at) VALUES ('subject', 'id', '', '', 9e12)`,
    );
    if (version > 1) await db.query(`INSERT INTO postern_verification_counter VALUES ('key', 4, 9e12)`);
    const store = postgresStore({ pool: db });
    await store.migrate();
    expect(await store.find({ id: 'id' })).toMatchObject({ subject: 'subject', supersededMacs: [] });
    const counter = { key: 'key', points: 1, windowMs: 1e13, limit: 5 };
    expect(await store.count({ counters: [counter] })).toMatchObject([
      { count: version > 1 ? 5 : 1, isFull: false },
    ]);
    expect(await store.purge()).toBe(0);
  });

  test.each([
    ['one secret', 'code', undefined],
    ['several secrets', 'code', '192.0.2.1'],
    ['several secrets', 'link', '192.0.2.1'],
  ] as const)('a start takes two statements: %s, by %s', async (secrets, method, ip) => {
    const statements: string[] = [];
    const pool: PostgresPool = {
      query(text, values) {
        statements.push(text);
        return pglite.query(text, values);
      },
    };
    const secret = (n: number) => `secret ${n} of 32 characters or more, at random`;
    const verification = createVerification({
      mailer: { send: async () => RECEIPT },
      store: postgresStore({ pool }),
      secret: secrets === 'one secret' ? secret(1) : [secret(1), secret(2), secret(3)],
      linkUrl: 'https://app.example.com/confirm',
      logger: silentLogger,
    });
    const request = { to: `ada-${randomUUID()}@example.com`, type: 'SignIn', method, ip } as const;
    await verification.start(request);
    expect(statements).toHaveLength(2);
    await expect(verification.start(request)).rejects.toMatchObject({ code: 'cooldown' });
    expect(statements).toHaveLength(3);
  });
});
