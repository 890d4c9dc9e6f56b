import { randomUUID } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { createMailer, silentLogger } from '@postern/core';
import { migrate } from '@postern/postgres';
import { createMemoryTransport } from '@postern/testing';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.js';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.js';
import { keysOf } from '../fixtures/keys.js';
import { endPool } from '../fixtures/postgres-pools.js';
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
/** Each of the two processes has its own pool. */
let pools: [Pool, Pool];
let pglite: PGlite;

const connect = (max: number) => new Pool({ connectionString: server.url, max });

beforeAll(async () => {
  server = await startRealPostgres();
  pools = [connect(10), connect(10)];
  await Promise.all(pools.map((pool) => postgresStore({ pool }).migrate()));
  pglite = await openEmptyPGlite();
  await postgresStore({ pool: pglite }).migrate();
});

afterAll(async () => {
  await Promise.all(pools.map(endPool));
  await server.remove();
  await pglite.close();
});

describeStoreContract(
  'postgresStore on PostgreSQL',
  async () => ({
    store: postgresStore({ pool: pools[0] }),
    other: postgresStore({ pool: pools[1] }),
    purge: () => postgresStore({ pool: pools[1] }).purge(),
    dump: () => dumpOf(pools[0]),
  }),
  { describe, expect, test },
);

describeStoreContract(
  'postgresStore on PGlite',
  async () => ({
    store: postgresStore({ pool: pglite }),
    purge: () => postgresStore({ pool: pglite }).purge(),
    dump: () => dumpOf(pglite),
  }),
  { describe, expect, test },
);

describe('postgresStore', () => {
  const challenge = { id: 'id', subject: 'subject', mac: '', sealed: '' };

  test('is tested with a real PostgreSQL server', async () => {
    const { rows } = await pools[0].query('SHOW server_version_num');
    expect(Number(rows[0].server_version_num)).toBeGreaterThanOrEqual(180_000);
  });

  test('migrates repeatedly and in parallel, also in a separate schema', async () => {
    const stores = pools.map((pool) => postgresStore({ pool, schema: 'a "strange" schema' }));
    await Promise.all([...stores, ...stores, ...stores].map((store) => store.migrate()));
    const [one, other] = stores;
    await one?.put({ challenge, ttlMs: 1000, now: 0 });
    await one?.migrate();
    expect(await other?.find({ id: 'id', now: 0 })).toMatchObject({ isAlive: true });
    expect(await postgresStore({ pool: pools[0] }).find({ id: 'id', now: 0 })).toBeUndefined();
    expect(postgresMigrations()).toHaveLength(6);
  });

  test('takes one round trip per method, without a transaction', async () => {
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
  ])('replaces a challenge whose row lost %s', async (_name, damage) => {
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
      keys: keysOf('a secret of 32 characters or more, at random'),
      policy: { cooldownMs: 0 },
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

  test('a damaged counter with the maximum integer still limits', async () => {
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

  test.each([1, 2, 3, 4, 5])('keeps the rows of schema version %i', async (version) => {
    const db = await openEmptyPGlite();
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
    ['one key', 'code', undefined],
    ['several keys', 'code', '192.0.2.1'],
    ['several keys', 'link', '192.0.2.1'],
  ] as const)('a start takes two statements: %s, by %s', async (keys, method, ip) => {
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
      keys: keys === 'one key' ? keysOf(secret(1)) : keysOf(secret(1), secret(2), secret(3)),
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
