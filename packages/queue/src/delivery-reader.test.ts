import { describe, expect, test } from 'vitest';
import { describeOnBackends } from '../fixtures/backends.js';
import { enqueue } from '../fixtures/mailers.js';
import { anAddress, invitation, signIn } from '../fixtures/requests.js';
import type { DeliveryQueue } from './index.js';

describeOnBackends(({ setUp }) => {
  describe('list', () => {
    test('pages, newest first, and filters', async () => {
      const { queue } = await setUp();
      const ids: string[] = [];
      const to = anAddress();
      for (let index = 0; index < 5; index++) ids.unshift((await enqueue(queue, invitation())).id);
      const mine = await enqueue(queue, signIn({ to }));
      await queue.cancel(ids[4] as string);

      const pages: string[][] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await queue.list({ limit: 2, cursor, type: 'OrganizationInvitation' });
        pages.push(page.deliveries.map(({ id }) => id));
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      const idsOf = async (options: Parameters<DeliveryQueue['list']>[0]) =>
        (await queue.list(options)).deliveries.map(({ id }) => id);
      expect(await idsOf({ address: to.toUpperCase() })).toEqual([mine.id]);
      expect(await idsOf({ lane: 'codes' })).toEqual([mine.id]);
      expect(await idsOf({ state: 'cancelled' })).toEqual([ids[4]]);
      expect(await idsOf({ state: ['queued', 'cancelled'] })).toHaveLength(6);
      expect(await idsOf({ state: 'queued', address: anAddress() })).toEqual([]);
      await expect(queue.list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'config_invalid' });
    });
  });
});
