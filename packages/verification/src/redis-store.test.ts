import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findRedis, type RealRedis, startRealRedis } from '../../../scripts/redis/real-redis.ts';
import { type RedisClient, redisStore } from './redis-store.js';
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

  test('takes one round trip per method, in one slot of a cluster, below its prefix', async () => {
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

  test('leaves no key without an expiry', async () => {
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

  test('does not keep an error of the server to itself', async () => {
    const client: RedisClient = { call: async () => Promise.reject(new Error('OOM command not allowed')) };
    await expect(redisStore({ client }).find({ id: 'id' })).rejects.toThrow('OOM');
  });
});

test.each([undefined, null, {}, 'redis://127.0.0.1'])('rejects the client %j', (client) => {
  expect(() => redisStore(Object({ client }))).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});
