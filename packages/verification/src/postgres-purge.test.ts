import { type LogEvent, silentLogger } from '@postern/core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { usePostgres } from '../fixtures/postgres-pools.js';
import { type PostgresStore, postgresStore } from './index.js';

const openPool = usePostgres();
const HOUR = 3_600_000;

describe('purge', () => {
  /** A separate schema with expired and live rows. */
  async function fill(schema: string, expired: number) {
    const pool = openPool();
    const store = postgresStore({ pool, schema });
    await store.migrate();
    const now = Date.now();
    for (const [name, count, expiresAt, resetAt] of [
      // Challenges are kept for an hour after they expire. Counters are not.
      ['old', expired, now - HOUR - 1, now - 1],
      ['new', 3000, now - HOUR + 60_000, now + 600_000],
    ] as const)
      await pool.query(`
        INSERT INTO ${schema}.postern_verification_challenge (subject, id, mac, sealed, expires_at)
          SELECT '${name} ' || n, '${name} ' || n, '', '', ${expiresAt} FROM generate_series(1, ${count}) n;
        INSERT INTO ${schema}.postern_verification_counter (key, count, reset_at)
          SELECT '${name} ' || n, 1, ${resetAt} FROM generate_series(1, ${count}) n`);
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

  test('deletes only expired rows, and a limited number per statement', async () => {
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

  test('skips rows that are in use', async () => {
    const { pool, store, left } = await fill('purge_in_use', 100);
    const client = await pool.connect();
    await client.query(`BEGIN;
      UPDATE purge_in_use.postern_verification_challenge SET expires_at = 9e12 WHERE subject = 'old 1';
      UPDATE purge_in_use.postern_verification_counter SET count = 2 WHERE key = 'old 1'`);
    expect(await store.purge()).toBe(198);
    await client.query('COMMIT');
    client.release();
    // The challenge was renewed in the meantime, and the counter is still expired.
    expect(await store.purge()).toBe(1);
    expect(await left()).toEqual({ challenges: 3001, counters: 3000 });
  });

  test('runs in one process at a time', async () => {
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

  test('uses an index, as does every other method', async () => {
    const { pool } = await fill('indexed', 200_000);
    const scans = async (text: string, values: unknown[] = []) => {
      const { rows } = await pool.query(`EXPLAIN ${text}`, values);
      return rows.map((row) => String(Object.values(row)[0])).filter((line) => /Seq Scan/.test(line));
    };
    const plans: string[][] = [];
    let isCut = false;
    const store = postgresStore({
      schema: 'indexed',
      pool: {
        async query(text, values) {
          if (isCut && plans.length > 20) throw new Error('cut');
          plans.push(await scans(text, values));
          return pool.query(text, values);
        },
      },
    });
    const counter = { key: 'new 1', points: 1, windowMs: 1000, limit: 5 };
    // The type requires every method in this list.
    const calls: Record<Exclude<keyof PostgresStore, 'migrate' | 'purge' | 'startPurging'>, () => unknown> = {
      count: () => store.count({ counters: [{ ...counter, points: 0 }, counter] }),
      release: () => store.release({ key: 'new 1', endsAt: Date.now(), points: 1, windowMs: 0 }),
      put: () =>
        store.put({
          challenge: { id: 'id', subject: 'new 1', mac: '', sealed: '' },
          ttlMs: 1000,
          replaces: ['new 2'],
        }),
      guess: () => store.guess({ subjects: ['new 3', 'new 4'], counter: 'new 5', windowMs: 1000 }),
      find: () => store.find({ id: 'new 6' }),
      take: () => store.take({ id: 'new 7', refund: { key: 'new 8', endsAt: 9e12 } }),
      remove: () => store.remove({ subject: 'new 9' }),
    };
    for (const call of Object.values(calls)) await call();
    expect(plans).toHaveLength(Object.keys(calls).length);
    // The first statements see all rows. Then most of them go, because deleting 400,000 takes too long for a test.
    isCut = true;
    await expect(store.purge()).rejects.toMatchObject({ cause: { message: 'cut' } });
    isCut = false;
    await pool.query(`DELETE FROM indexed.postern_verification_challenge WHERE right(subject, 1) <> '0';
      DELETE FROM indexed.postern_verification_counter WHERE right(key, 1) <> '0'`);
    await store.purge();
    expect(plans.flat()).toEqual([]);
    expect(plans.length).toBeGreaterThan(30);
  });

  test('runs at intervals until it is stopped, and reports failures', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });
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
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const stop = store.startPurging({ intervalMs: 600_000 });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(queries).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(queries).toBe(1);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(queries).toBe(2);
    expect(events).toMatchObject([{ event: 'verification.purge_failed' }]);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(queries).toBe(3);
    stop();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(queries).toBe(3);
  });

  test.each([0, 999, 86_400_001, 2 ** 31, Number.NaN, '10m'])(
    'refuses to run every %s milliseconds',
    (intervalMs) => {
      const store = postgresStore({ pool: { query: async () => ({ rows: [] }) } });
      const start = () => onTestFinished(store.startPurging({ intervalMs: intervalMs as number }));
      expect(start).toThrow(expect.objectContaining({ name: 'ConfigError' }));
    },
  );
});
