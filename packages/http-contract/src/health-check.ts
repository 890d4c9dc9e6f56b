import { type HttpHarnessFactory, openWorld } from './contract-world.js';
import { describe, expect, neverCalled, test } from './suite.js';

export function describeHealthCheck(factory: HttpHarnessFactory): void {
  describe('the health check', () => {
    test('contacts the mail server once per interval', async () => {
      let calls = 0;
      let isDown = false;
      const world = await openWorld(factory, {
        mailer: {
          send: neverCalled,
          render: neverCalled,
          deliver: neverCalled,
          async verify() {
            calls += 1;
            if (isDown) throw new Error('secret-host.internal');
          },
        },
      });
      const ask = async () =>
        (await Promise.all(Array.from({ length: 20 }, () => world.send('/health')))).map(
          ({ status }) => status,
        );
      expect(new Set(await ask())).toEqual(new Set([200]));
      expect(calls).toBe(1);
      expect(world.log).toEqual([]);
      isDown = true;
      world.clock.time += 29_999;
      expect(new Set(await ask())).toEqual(new Set([200]));
      world.clock.time += 1;
      expect(new Set(await ask())).toEqual(new Set([503]));
      expect(calls).toBe(2);
      expect((await world.send('/health')).text).not.toContain('internal');
      expect(world.log).toEqual([{ event: 'http.unhealthy', error: expect.any(Error) }]);
    });
  });
}
