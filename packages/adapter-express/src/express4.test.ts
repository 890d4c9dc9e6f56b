import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describeHttpContract } from '@postern/http-contract';
import { describe, expect, test, vi } from 'vitest';

// The router imports the Express version of the application.
vi.mock('express', () => import('express4'));

const { default: express } = await import('express');
const { createMailRouter } = await import('./index.js');

test('runs on Express 4', () => {
  // Express 5 no longer has `del`.
  expect(express()).toHaveProperty('del');
});

describeHttpContract(
  'express 4',
  async (options) => {
    const server = express().use('/mail', createMailRouter(options)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo; // listening on TCP
    return {
      url: `http://127.0.0.1:${port}/mail`,
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },
  { describe, expect, test },
);
