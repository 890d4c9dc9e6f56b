import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { next } from '../fixtures/awaited-deliveries.js';
import { KEY } from '../fixtures/backends.js';
import { enqueue, mailerOn } from '../fixtures/mailers.js';
import { signIn } from '../fixtures/requests.js';
import { createMailQueue } from './index.js';

describe('PGlite', () => {
  test('that cannot be opened is a MailError', async () => {
    const file = fileURLToPath(import.meta.url);
    await expect(createMailQueue({ connection: { pglite: file }, keys: [KEY] })).rejects.toMatchObject({
      name: 'MailError',
      code: 'connection_failed',
    });
  });

  test.each(['', ' ', 'a\0b', 'a\nb', 'postgres://localhost/mail', 'idb://mail', 'https://example.com/'])(
    'is not opened in %j, which is not a directory',
    async (pglite) => {
      await expect(createMailQueue({ connection: { pglite }, keys: [KEY] })).rejects.toMatchObject({
        name: 'ConfigError',
      });
    },
  );

  test('in a directory survives a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'postern-pglite-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const transport = createMemoryTransport();
    const open = () =>
      createMailQueue({ connection: { pglite: directory }, mailer: mailerOn(transport), keys: [KEY] });
    const before = await open();
    const request = signIn();
    const { id } = await enqueue(before, request, { idempotencyKey: 'a key' });
    await before.close();
    await using after = await open();
    expect(await enqueue(after, request, { idempotencyKey: 'a key' })).toEqual({ id });
    const sent = next(after, 'sent');
    await after.start();
    expect((await sent)[0]).toMatchObject({ id });
  });
});
