import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findRedis, type RealRedis, startRealRedis } from '../../../scripts/redis/real-redis.ts';
import { MINUTE, openDesk } from '../fixtures/desk.js';
import { redisStore } from './redis-store.js';
import { describeStoreContract } from './store-contract.js';

const program = findRedis();

describe.skipIf(program === undefined)('redisStore on a real server', () => {
  let server: RealRedis;
  let ioredis: Redis;
  let nodeRedis: ReturnType<typeof createClient>;

  beforeAll(async () => {
    server = await startRealRedis(program ?? '');
    ioredis = new Redis(server.url);
    nodeRedis = createClient({ url: server.url });
    await nodeRedis.connect();
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => ioredis.once('end', resolve));
    await ioredis.quit();
    await ended;
    await nodeRedis.close();
    await server.remove();
  });

  const dump = async () => {
    const keys = await ioredis.keys('*');
    const values = keys.map((key) => (key.includes(':id:') ? ioredis.get(key) : ioredis.hgetall(key)));
    return JSON.stringify([keys, await Promise.all(values)]);
  };

  describeStoreContract(
    'redisStore with ioredis and node-redis',
    async () => ({ store: redisStore({ client: ioredis }), other: redisStore({ client: nodeRedis }), dump }),
    { describe, expect, test },
  );

  test('takes one round trip per method, with all keys in one slot and under its prefix', async () => {
    const commands: string[][] = [];
    const store = redisStore({
      client: {
        async sendCommand(args) {
          commands.push(args);
          return nodeRedis.sendCommand(args);
        },
      },
      prefix: '{other}:',
    });
    const challenge = { id: 'id', subject: 'subject', mac: 'mac', sealed: 'sealed' };
    const counter = { key: 'key', points: 1, windowMs: 60_000 };
    await store.count({ counters: [counter, { ...counter, key: 'another' }] });
    await store.release({ key: 'key', endsAt: 0, points: 1 });
    await store.put({ challenge, ttlMs: 60_000, replaces: ['older'] });
    await store.guess({ subjects: ['subject', 'older'], counter: 'key', windowMs: 60_000 });
    await store.find({ id: 'id' });
    expect(await ioredis.keys('{other}:*')).toHaveLength(4);
    await store.take({ id: 'id', refund: { key: 'key', endsAt: 0 } });
    await store.remove({ subject: 'subject' });
    expect(commands.map(([command, , keys, key]) => [command, keys, key])).toEqual(
      Array(7).fill(['EVAL', '1', '{other}:']),
    );
  });

  test('works with a client that sends commands over HTTP, as on edge runtimes', async () => {
    const proxy = createServer(async (request, response) => {
      const command: string[] = JSON.parse(await text(request));
      const reply = await nodeRedis.sendCommand(command).then(
        (result) => ({ result }),
        (error: Error) => ({ error: error.message }),
      );
      response.end(JSON.stringify(reply));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    });
    const { port } = proxy.address() as AddressInfo;
    const client = {
      async sendCommand(args: string[]): Promise<unknown> {
        const body = JSON.stringify(args);
        const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body });
        const { result, error } = (await response.json()) as { result?: unknown; error?: string };
        if (error !== undefined) throw new Error(error);
        return result;
      },
    };
    const { code, check, link, lastCode, lastToken, verification, clock } = openDesk({
      store: redisStore({ client, prefix: 'http:' }),
    });
    await code();
    await expect(check({ code: 'WRONG' })).rejects.toMatchObject({ code: 'code_incorrect', attemptsLeft: 4 });
    expect(await check({ code: lastCode() })).toMatchObject({ status: 'verified' });
    clock.time += MINUTE;
    await link();
    expect(await verification.consumeLink(lastToken())).toMatchObject({ status: 'verified' });
    const noLogin = { sendCommand: () => client.sendCommand(['AUTH', 'nobody', 'wrong']) };
    await expect(redisStore({ client: noLogin }).find({ id: 'id' })).rejects.toMatchObject({
      code: 'config_invalid',
    });
  });

  test('sets an expiry on every key', async () => {
    const store = redisStore({ client: ioredis, prefix: 'expiry:' });
    const challenge = { id: 'id', subject: 'subject', mac: 'mac', sealed: 'sealed' };
    await store.count({ counters: [{ key: 'key', points: 1, windowMs: 60_000 }] });
    await store.put({ challenge, ttlMs: 600_000 });
    await store.guess({ subjects: ['subject'], counter: 'guesses', windowMs: 60_000 });
    const { guesses } = await store.guess({ subjects: ['subject'], counter: 'guesses', windowMs: 60_000 });
    await store.release({ key: 'guesses', endsAt: guesses.endsAt, points: 1 });
    const keys = await ioredis.keys('expiry:*');
    const lives = await Promise.all(keys.map((key) => ioredis.pttl(key)));
    expect(lives).toHaveLength(4);
    for (const life of lives) {
      expect(life).toBeGreaterThan(0);
      expect(life).toBeLessThanOrEqual(600_000 + 3_600_000);
    }
  });

  describe('errors', () => {
    const CONFIG = { code: 'config_invalid', retryable: false, hint: expect.any(String) };
    const UNREACHABLE = { code: 'connection_failed', retryable: true, hint: expect.any(String) };
    const url = (edit: (url: URL) => void) => {
      const edited = new URL(server.url);
      edit(edited);
      return edited.href;
    };
    /** Returns the results of both clients. They can fail when they connect or when they send the command. */
    async function failuresAt(address: string) {
      const options = { retryStrategy: () => null, lazyConnect: true };
      const one = new Redis(address, options).on('error', () => {});
      const other = createClient({ url: address, socket: { reconnectStrategy: false } }).on(
        'error',
        () => {},
      );
      await other.connect().catch(() => {});
      const calls = [one, other].map((client) => redisStore({ client }).find({ id: 'id' }));
      const results = await Promise.allSettled(calls);
      if (one.status !== 'end') {
        const ended = new Promise((resolve) => one.once('end', resolve));
        one.disconnect();
        await ended;
      }
      if (other.isOpen) other.destroy();
      return results.map((result) => (result.status === 'rejected' ? result.reason : result));
    }

    test('are connection_failed if the server does not answer', async () => {
      for (const failure of await failuresAt(url((edited) => (edited.port = '1'))))
        expect(failure).toMatchObject(UNREACHABLE);
    });

    test('report a missing permission without the password', async () => {
      await ioredis.call(
        'ACL',
        'SETUSER',
        'reader',
        'on',
        '>hunter2hunter2',
        '~*',
        '+@read',
        '+ping',
        '+info',
      );
      const reader = url((edited) => {
        edited.username = 'reader';
        edited.password = 'hunter2hunter2';
      });
      for (const failure of await failuresAt(reader)) {
        expect(failure).toMatchObject(CONFIG);
        expect(inspect(failure, { depth: 9 })).not.toContain('hunter2');
      }
    });
  });
});

test.each([undefined, null, {}, 'redis://127.0.0.1'])('rejects the client %j', (client) => {
  expect(() => redisStore(Object({ client }))).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});

test.each([
  ['WRONGPASS invalid username-password pair or user is disabled.', 'config_invalid'],
  ['NOAUTH Authentication required.', 'config_invalid'],
  ["NOPERM User reader has no permissions to run the 'eval' command", 'config_invalid'],
  ['MOVED 3999 127.0.0.1:6381', 'config_invalid'],
  ["OOM command not allowed when used memory > 'maxmemory'.", 'rate_limited'],
  ['LOADING Redis is loading the dataset in memory', 'rate_limited'],
  ['BUSY Redis is busy running a script.', 'rate_limited'],
  ["READONLY You can't write against a read only replica.", 'connection_failed'],
  ['CLUSTERDOWN The cluster is down', 'connection_failed'],
  ['ERR max number of clients reached', 'connection_failed'],
  ['Connection is closed.', 'connection_failed'],
])('an error reply is a MailError: %s', async (message, code) => {
  const error = Object.assign(new Error(message), { command: { name: 'auth', args: ['hunter2hunter2'] } });
  const store = redisStore({ client: { call: () => Promise.reject(error) } });
  const failure: unknown = await store.find({ id: 'id' }).catch((reason: unknown) => reason);
  expect(failure).toMatchObject({ name: 'MailError', code, hint: expect.any(String) });
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('hunter2');
});

test.each([[() => Promise.resolve(Buffer.from('1'))], [() => Promise.resolve(undefined)]])(
  'a reply that is not one of the scripts is a MailError',
  async (call) => {
    const store = redisStore({ client: { call } });
    await expect(store.find({ id: 'id' })).rejects.toMatchObject({
      name: 'MailError',
      code: 'config_invalid',
    });
  },
);

test('converts a synchronous exception of the client to a MailError', async () => {
  const call = () => {
    throw new TypeError('The client is closed');
  };
  await expect(redisStore({ client: { call } }).find({ id: 'id' })).rejects.toMatchObject({
    code: 'connection_failed',
  });
});
