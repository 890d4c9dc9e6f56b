import { withFailover } from '@postern/resilience';
import { createMemoryTransport, startSmtpTrap, testEmail } from '@postern/testing';
import { createSmtpTransport } from '@postern/transport-smtp';
import { expect, test } from 'vitest';
import { KNOWN_REPLIES } from '../packages/transport-smtp/fixtures/replies.ts';

const auth = { user: 'noreply@example.com', pass: 'correct-horse' };

test.each(KNOWN_REPLIES)(
  'failover $means.failover: $at, $reply',
  async ({ at, reply, means, isAnonymous }) => {
    const login = isAnonymous ? undefined : auth;
    await using trap = await startSmtpTrap({ auth: login });
    trap.fault({ at, kind: reply.startsWith('4') ? '4xx' : '5xx', reply });
    const { host, port, certificate } = trap;
    const main = createSmtpTransport(
      { host, port, auth: login ?? {}, tls: { ca: certificate } },
      { name: 'main' },
    );
    const circuits: unknown[] = [];
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error: (event: { event: string }) => circuits.push(event.event),
    };
    await using transport = withFailover([main, createMemoryTransport({ name: 'backup' })], {
      failureThreshold: 1,
      logger,
    });
    const sentBy = await transport.send(testEmail()).then(
      (receipt) => receipt.transport,
      () => 'none',
    );
    expect(sentBy).toBe(means.failover === 'moves on' ? 'backup' : 'none');
    // A blocked account, a rejected host, and an unavailable server open the circuit.
    const isDown = means.failover === 'moves on' && means.code !== 'rate_limited';
    expect(circuits.includes('circuit.open')).toBe(isDown);
  },
);
