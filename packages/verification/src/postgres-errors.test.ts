import { readFile } from 'node:fs/promises';
import { silentLogger } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { keysOf } from '../fixtures/keys.js';
import { usePostgres } from '../fixtures/postgres-pools.js';
import { createVerification, postgresStore } from './index.js';

const openPool = usePostgres();
const CHALLENGE = { id: 'id', subject: 'subject', mac: '', sealed: '' };
const RECEIPT = { messageId: '', accepted: '', transport: '', response: '', attempts: 1, durationMs: 0 };

describe('database errors', () => {
  const CONFIG = { name: 'MailError', code: 'config_invalid', retryable: false, hint: expect.any(String) };
  test.each<[string, (url: URL) => unknown, object]>([
    ['a wrong password', (url) => (url.password = 'wrong'), CONFIG],
    ['an unknown role', (url) => (url.username = 'unknown'), CONFIG],
    ['an unknown database', (url) => (url.pathname = '/missing'), CONFIG],
    ['TLS that the server lacks', (url) => (url.search = 'sslmode=require'), CONFIG],
    ['a closed port', (url) => (url.port = '1'), { code: 'connection_failed', retryable: true }],
  ])('indicate the problem: %s', async (_name, edit, expected) => {
    const store = postgresStore({ pool: openPool(edit) });
    const calls = [store.find({ id: 'id' }), store.migrate(), store.purge()];
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ reason: expected });
  });

  test('report missing tables in every method and in start', async () => {
    const store = postgresStore({ pool: openPool(), schema: 'not_migrated' });
    const verification = createVerification({
      mailer: { send: async () => RECEIPT },
      store,
      keys: keysOf('a secret of 32 characters or more, at random'),
      logger: silentLogger,
    });
    const counter = { key: 'key', points: 1, windowMs: 1000 };
    const calls = [
      store.count({ counters: [counter] }),
      store.release({ key: 'key', endsAt: 0 }),
      store.put({ challenge: CHALLENGE, ttlMs: 1000 }),
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

  test('report a missing privilege, and the privileges in the guide are sufficient', async () => {
    const owner = openPool();
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
    await owner.query([usage, write.replace('SELECT, INSERT, UPDATE, DELETE', 'SELECT'), ...rest].join(';'));

    const counter = { key: 'key', points: 1, windowMs: 60_000 };
    expect(await store.find({ id: 'id' })).toBeUndefined();
    // SELECT is sufficient to read a counter.
    expect(await store.count({ counters: [{ ...counter, points: 0 }] })).toMatchObject([{ count: 0 }]);
    await expect(store.count({ counters: [counter] })).rejects.toMatchObject(CONFIG);

    await owner.query(grants);
    await store.migrate();
    await store.put({ challenge: CHALLENGE, ttlMs: 60_000 });
    expect(await store.count({ counters: [counter] })).toMatchObject([{ count: 1 }]);
    await store.guess({ subjects: ['subject'], counter: 'key', windowMs: 60_000 });
    expect(await store.take({ id: 'id', refund: { key: 'key', endsAt: 9e12 } })).toBe(true);
    await store.remove({ subject: 'subject' });
    await store.purge();
  });
});
