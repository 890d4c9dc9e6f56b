import type { Transport } from '@postern/core';
import { type SmtpTrap, startSmtpTrap } from '@postern/testing';
import { describeTransportContract } from '@postern/testing/vitest';
import { createSmtpTransport } from '@postern/transport-smtp';
import { withFailover, withRateLimit, withRetry } from './index.js';
import { createTestClock } from './test-clock.js';

const smtp = ({ host, port, certificate }: SmtpTrap, name: string) =>
  createSmtpTransport({ host, port, tls: { ca: certificate } }, { name });

/** Two servers that are one world: what arrives at either has arrived. */
const describeOnTwoServers = (name: string, compose: (main: Transport, backup: Transport) => Transport) =>
  describeTransportContract(name, async () => {
    const traps = await Promise.all([startSmtpTrap(), startSmtpTrap()]);
    const closeAll = () => Promise.all(traps.map((trap) => trap.close()));
    return {
      transport: compose(smtp(traps[0], 'main'), smtp(traps[1], 'backup')),
      received: () => traps.flatMap((trap) => trap.inbox.messages),
      // Refused for good by whichever is asked first.
      failNext: () => traps[0].fault({ at: 'rcpt', kind: '5xx', times: 1 }),
      down: closeAll,
      dispose: closeAll,
    };
  });

const { sleep } = createTestClock({ isFree: true });
const narrow = { limit: 7, intervalMs: 50 };
const wide = { limit: 1000, intervalMs: 1000 };

describeOnTwoServers('retry', (main) => withRetry(main, { sleep }));
describeOnTwoServers('failover', (main, backup) => withFailover([main, backup]));
describeOnTwoServers('rate limit, with room', (main) => withRateLimit(main, wide));
describeOnTwoServers('rate limit, with waits', (main) => withRateLimit(main, narrow));
describeOnTwoServers('retries of a failover', (main, backup) =>
  withRetry(withFailover([main, backup]), { sleep }),
);
describeOnTwoServers('a failover of retries', (main, backup) =>
  withFailover([withRetry(main, { sleep }), withRetry(backup, { sleep })]),
);
describeOnTwoServers('a rate limit of retries of a failover', (main, backup) =>
  withRateLimit(withRetry(withFailover([main, backup]), { sleep }), narrow),
);
describeOnTwoServers('retries of a failover of rate limits', (main, backup) =>
  withRetry(withFailover([withRateLimit(main, narrow), withRateLimit(backup, wide)]), { sleep }),
);
