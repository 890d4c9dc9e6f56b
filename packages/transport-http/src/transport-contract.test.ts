import { startApiTrap } from '@postern/testing';
import { describeTransportContract } from '@postern/testing/vitest';
import { PROVIDER_CASES } from '../fixtures/provider-cases.js';

for (const { name, create, replacesMessageId } of PROVIDER_CASES) {
  describeTransportContract(name, async () => {
    const trap = await startApiTrap();
    return {
      transport: create({ baseUrl: trap.url }),
      received: () => trap.inbox.messages,
      replacesMessageId,
      failNext: () => trap.fault({ kind: 'server_error', times: 1 }),
      down: () => trap.close(),
      dispose: () => trap.close(),
    };
  });
}
