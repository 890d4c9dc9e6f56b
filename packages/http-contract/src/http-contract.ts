import type { TestRunner } from '@postern/testing/contract';
import { describeCodes } from './codes.js';
import type { HttpHarnessFactory } from './contract-world.js';
import { describeEmails } from './emails.js';
import { describeHealthCheck } from './health-check.js';
import { describeHooks } from './hooks.js';
import { describeHostileBodies } from './hostile-bodies.js';
import { describeLinks } from './links.js';
import { describeRoutes } from './route-matrix.js';
import { describeSignIns } from './sign-ins.js';
import { describe, useRunner } from './suite.js';

/**
 * Defines the tests that every adapter must pass. They use real HTTP and a real SMTP server, and expect the same responses
 * from every adapter.
 *
 * @param name the name of the suite
 * @param factory starts a server with the routes and these options
 * @param runner the functions of your test runner
 *
 * @example
 * ```ts
 * import { describe, expect, test } from 'vitest'; // or '@jest/globals'
 *
 * describeHttpContract('express', async (options) => {
 *   const server = express().use('/mail', createMailRouter(options)).listen(0, '127.0.0.1');
 *   await once(server, 'listening');
 *   const { port } = server.address() as AddressInfo;
 *   return {
 *     url: `http://127.0.0.1:${port}/mail`,
 *     close: () => new Promise((resolve) => server.close(() => resolve())),
 *   };
 * }, { describe, expect, test });
 * ```
 */
export function describeHttpContract(name: string, factory: HttpHarnessFactory, runner: TestRunner): void {
  useRunner(runner);
  describe(`http contract: ${name}`, () => {
    describeRoutes(factory);
    describeLinks(factory);
    describeCodes(factory);
    describeEmails(factory);
    describeHooks(factory);
    describeHealthCheck(factory);
    describeHostileBodies(factory);
    describeSignIns(factory);
  });
}
