import { startSmtpTrap, testEmail } from '@postern/testing';
import { expect, it } from 'vitest';
import { createSmtpTransport } from './index.js';

it('masks the email of the failing connection without processing other emails', async () => {
  await using trap = await startSmtpTrap({ tls: 'none' });
  await using transport = createSmtpTransport({ host: trap.host, port: trap.port }, { maxConnections: 2 });
  trap.fault({ at: 'rcpt', kind: '5xx', reply: '550 5.1.1 <ada@example.com> 314159 unknown' });
  let reads = 0;
  const emails = Array.from({ length: 200 }, () => {
    const email = testEmail({ to: 'ada@example.com', secrets: ['314159'] });
    return new Proxy(email, {
      get: (target, key) => {
        if (key === 'secrets') reads += 1;
        return Reflect.get(target, key);
      },
    });
  });
  const outcomes = await Promise.allSettled(emails.map((email) => transport.send(email)));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { responseCode: 550 } });
    expect(JSON.stringify(outcome)).not.toMatch(/ada@|314159/);
  }
  // The cost of one email does not depend on the number of others in flight.
  expect(reads).toBeLessThan(10 * emails.length);
});
