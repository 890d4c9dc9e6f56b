import type { PGlite } from '@electric-sql/pglite';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openEmptyPGlite } from '../../../scripts/postgres/empty-pglite.ts';
import { type RealPostgres, startRealPostgres } from '../../../scripts/postgres/real-postgres.ts';
import { KEY } from '../fixtures/backends.js';
import { enqueue } from '../fixtures/mailers.js';
import { watched } from '../fixtures/watched-database.js';
import { createMailQueue } from './index.js';

const CONFIG = { code: 'config_invalid', retryable: false, hint: expect.any(String) };
const UNREACHABLE = { code: 'connection_failed', retryable: true };
const SLOW = { code: 'timeout', retryable: true };
const BUSY = { code: 'rate_limited', retryable: true };
const DATA = { code: 'payload_invalid', retryable: false };

describe('a database error', () => {
  let pglite: PGlite;
  beforeAll(async () => {
    pglite = await openEmptyPGlite();
    return () => pglite.close();
  });

  test.each([
    ['28P01', CONFIG],
    ['28000', CONFIG],
    ['3D000', CONFIG],
    ['57P04', CONFIG],
    ['3F000', CONFIG],
    ['42501', CONFIG],
    ['42P01', CONFIG],
    ['42703', CONFIG],
    ['42883', CONFIG],
    ['25006', CONFIG],
    ['0A000', CONFIG],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', CONFIG],
    ['SELF_SIGNED_CERT_IN_CHAIN', CONFIG],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', CONFIG],
    ['CERT_HAS_EXPIRED', CONFIG],
    ['ERR_TLS_CERT_ALTNAME_INVALID', CONFIG],
    ['ERR_SSL_WRONG_VERSION_NUMBER', CONFIG],
    ['EPROTO', CONFIG],
    ['ERR_INVALID_URL', CONFIG],
    ['08006', UNREACHABLE],
    ['57P01', UNREACHABLE],
    ['57P03', UNREACHABLE],
    ['ECONNREFUSED', UNREACHABLE],
    ['ECONNRESET', UNREACHABLE],
    ['ENOTFOUND', UNREACHABLE],
    ['ETIMEDOUT', UNREACHABLE],
    ['EPIPE', UNREACHABLE],
    ['57014', SLOW],
    ['55P03', SLOW],
    ['25P03', SLOW],
    ['40P01', SLOW],
    ['53300', BUSY],
    ['53100', BUSY],
    ['22021', DATA],
    ['54000', DATA],
  ])('%s says what is wrong', async (code, expected) => {
    let isBroken = false;
    const database = watched(pglite, (_text, run) => {
      if (isBroken) throw Object.assign(new Error('The database failed.'), { code });
      return run();
    });
    const queue = await createMailQueue({ connection: { pglite: database }, keys: [KEY] });
    onTestFinished(() => queue.close());
    isBroken = true;
    const request = { to: 'ada@example.com', type: 'SignIn', payload: { code: '48291357' } } as const;
    const calls = [queue.stats(), queue.list(), enqueue(queue, request), queue.transport().verify()];
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'MailError', ...expected } });
  });
});

describe('a connection', () => {
  let postgres: RealPostgres;
  beforeAll(async () => {
    postgres = await startRealPostgres();
    return () => postgres.remove();
  });

  test.each<[string, (url: URL) => unknown, object]>([
    ['a wrong password', (url) => (url.password = 'wrong'), CONFIG],
    ['no password', (url) => (url.password = ''), CONFIG],
    ['an unknown role', (url) => (url.username = 'nobody_here'), CONFIG],
    ['an unknown database', (url) => (url.pathname = '/missing'), CONFIG],
    ['TLS that the server lacks', (url) => (url.search = 'sslmode=require'), CONFIG],
    ['a missing certificate', (url) => (url.search = 'sslmode=verify-full&sslrootcert=/missing.pem'), CONFIG],
    ['a closed port', (url) => (url.port = '1'), UNREACHABLE],
    ['an unknown host', (url) => (url.hostname = 'database.invalid'), UNREACHABLE],
  ])('with %s says what is wrong', async (_name, edit, expected) => {
    const url = new URL(postgres.url);
    edit(url);
    const opening = createMailQueue({ connection: { url: url.href }, keys: [KEY] });
    const error = await opening.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'MailError', ...expected });
    expect(String(error)).not.toContain('postern:');
  });
});
