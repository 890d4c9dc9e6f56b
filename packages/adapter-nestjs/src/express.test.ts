import { ExpressAdapter } from '@nestjs/platform-express';
import { describeHttpContract } from '@postern/http-contract';
import { describe, expect, test } from 'vitest';
import { serveRoutes } from '../fixtures/platform-harness.js';

describeHttpContract('nest on express', (options) => serveRoutes(options, new ExpressAdapter()), {
  describe,
  expect,
  test,
});
