import { connect } from 'node:net';
import { type HttpHarnessFactory, openWorld, somebody } from './contract-world.js';
import { describe, expect, test } from './suite.js';

const MANY = 200;

export function describeSignIns(factory: HttpHarnessFactory): void {
  const everybody = { limit: 10_000, windowMs: 3_600_000 };

  describe('under load', () => {
    test(`${MANY} people sign in at once`, { timeout: 60_000 }, async () => {
      const world = await openWorld(factory, { policy: { perIp: everybody, checksPerIp: everybody } });
      const signIn = async () => {
        const email = somebody();
        const started = await world.post('/verification-codes', { email });
        expect({ status: started.status, text: started.text }).toEqual({ status: 204, text: '' });
        const verificationCode = await world.trap.inbox.waitForCode(email);
        const verified = await world.post('/verification-codes/verify', { email, verificationCode });
        return verified.status;
      };
      const statuses = await Promise.all(Array.from({ length: MANY }, signIn));
      expect(statuses).toEqual(Array(MANY).fill(204));
      expect(world.trap.stats.messages).toBe(MANY);
    });

    test('a shutdown completes every accepted request', { timeout: 60_000 }, async () => {
      let accepted = 0;
      const allAccepted = Promise.withResolvers<void>();
      const shutdown = Promise.withResolvers<void>();
      const world = await openWorld(factory, {
        policy: { perIp: everybody, checksPerIp: everybody },
        async onStart() {
          accepted += 1;
          if (accepted === MANY) allAccepted.resolve();
          // The server is closing from here on.
          await shutdown.promise;
          return 'send' as const;
        },
      });
      const people = Array.from({ length: MANY }, somebody);
      const answers = people.map((email) => world.post('/verification-codes', { email }));
      await allAccepted.promise;
      const closed = world.shutDown();
      shutdown.resolve();

      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses).toEqual(Array(MANY).fill(204));
      for (const email of people) expect(world.trap.inbox.for(email).messages).toHaveLength(1);
      world.hangUp();
      await closed;
      await expect(world.post('/verification-codes', { email: somebody() })).rejects.toMatchObject({
        code: expect.stringMatching(/^ECONN(?:REFUSED|RESET)$/),
      });
    });

    test('a client that disconnects during its body does not affect other requests', async () => {
      const world = await openWorld(factory);
      const { hostname, port, pathname } = new URL(world.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        [
          `POST ${pathname}/verification-codes HTTP/1.1`,
          `Host: ${hostname}`,
          'Content-Type: application/json',
          'Content-Length: 100',
          '',
          '{"email":',
        ].join('\r\n'),
      );
      await new Promise<void>((resolve) => socket.end(resolve));
      socket.destroy();
      const email = somebody();
      expect((await world.post('/verification-codes', { email })).status).toBe(204);
      expect(world.log).not.toContainEqual(expect.objectContaining({ event: 'http.failed' }));
    });
  });
}
