import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { memoryStore } from './memory-store.js';
import { describeStoreContract } from './store-contract.js';

describeStoreContract(
  'memoryStore',
  async () => {
    // The store keeps its arguments, so they are its stored data.
    const given: string[] = [];
    const store = new Proxy(memoryStore(), {
      get: (target, name, receiver) => {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          given.push(JSON.stringify(args));
          return Reflect.apply(method, target, args);
        };
      },
    });
    return { store, dump: async () => given.join('\n') };
  },
  { describe, expect, test },
);

describe('memoryStore', () => {
  const count = async (store: ReturnType<typeof memoryStore>, key: string, now: number) => {
    const [state] = await store.count({ counters: [{ key, points: 1, windowMs: 60_000 }], now });
    return state;
  };
  const put = (store: ReturnType<typeof memoryStore>, name: string, now: number) =>
    store.put({ challenge: { id: `id ${name}`, subject: name, mac: '', sealed: '' }, ttlMs: 60_000, now });

  test('refuses new entries when it is full of live entries, and keeps these', async () => {
    const store = memoryStore({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) {
      await count(store, key, 0);
      await put(store, key, 0);
    }

    const full = { name: 'VerificationError', code: 'rate_limited', scope: 'store', retryAfter: 59 };
    await expect(count(store, 'd', 1000)).rejects.toMatchObject(full);
    await expect(put(store, 'd', 1000)).rejects.toMatchObject(full);
    expect(await count(store, 'a', 1000)).toMatchObject({ count: 2 });
    expect(await put(store, 'c', 1000)).toMatchObject({ superseded: ['id c'] });

    await count(store, 'd', 60_000);
    await put(store, 'd', 60_000);
    expect(await store.find({ id: 'id d', now: 60_000 })).toMatchObject({ isAlive: true });
    expect(await store.find({ id: 'id a', now: 60_000 })).toBeUndefined();
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('rejects a bound of %s', (maxEntries) => {
    expect(() => memoryStore({ maxEntries })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });

  test('does not expose its data', async () => {
    const store = memoryStore();
    await put(store, 'subject', 0);
    expect(inspect(store, { depth: 9, showHidden: true })).not.toContain('id subject');
  });
});
