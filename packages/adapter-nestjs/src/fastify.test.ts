import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describeHttpContract } from '@postern/http-contract';
import { describe, expect, test } from 'vitest';
import { serveRoutes } from '../fixtures/platform-harness.js';

describeHttpContract('nest on fastify', (options) => serveRoutes(options, new FastifyAdapter()), {
  describe,
  expect,
  test,
});
