import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LogEvent, Logger } from '@postern/core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { memoryStore } from './index.js';

const VARIABLES = [
  'VERCEL',
  'AWS_LAMBDA_FUNCTION_NAME',
  'K_SERVICE',
  'FUNCTIONS_WORKER_RUNTIME',
  'DENO_DEPLOYMENT_ID',
  'NODE_APP_INSTANCE',
];

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** Creates a store and returns its warnings. */
function warningsOf(): LogEvent[] {
  const warnings: LogEvent[] = [];
  const other = () => expect.unreachable();
  const logger: Logger = {
    debug: other,
    info: other,
    error: other,
    warn: (event) => void warnings.push(event),
  };
  memoryStore({ logger });
  return warnings;
}

describe('memoryStore', () => {
  test.each([
    ['VERCEL', '1', 'Vercel'],
    ['AWS_LAMBDA_FUNCTION_NAME', 'sign-in', 'AWS Lambda'],
    ['K_SERVICE', 'sign-in', 'Google Cloud Run'],
    ['FUNCTIONS_WORKER_RUNTIME', 'node', 'Azure Functions'],
    ['DENO_DEPLOYMENT_ID', 'a1b2', 'Deno Deploy'],
    ['NODE_APP_INSTANCE', '1', 'one of several PM2 instances'],
  ])('warns if %s is set', (variable, value, reason) => {
    vi.stubEnv(variable, value);
    expect(warningsOf()).toEqual([
      expect.objectContaining({
        event: 'verification.memory_store_unfit',
        reason,
        message: expect.stringContaining('postgresStore()'),
      }),
    ]);
  });

  test('warns on Cloudflare Workers', () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    expect(warningsOf()).toMatchObject([{ reason: 'Cloudflare Workers' }]);
  });

  test('does not warn in an ordinary process or in the first PM2 process', () => {
    for (const variable of VARIABLES) vi.stubEnv(variable, undefined);
    expect(warningsOf()).toEqual([]);
    vi.stubEnv('NODE_APP_INSTANCE', '0');
    expect(warningsOf()).toEqual([]);
  });

  test('without a logger, warns on the console once for all stores', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubEnv('VERCEL', '1');
    memoryStore();
    memoryStore();
    expect(warn.mock.calls).toEqual([[expect.stringContaining('this is Vercel')]]);
    warn.mockRestore();
  });

  test('warns in a worker of node:cluster, but not in the primary', async () => {
    const primary = fork(fileURLToPath(new URL('../fixtures/cluster.mjs', import.meta.url)), {
      silent: true,
    });
    let said = '';
    primary.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await once(primary, 'close');
    expect(said.match(/a worker of node:cluster/g)).toHaveLength(2);
  });

  test('survives a module reload if it is kept on globalThis', async () => {
    const module = '../fixtures/reloaded-store.js';
    const first: { store: unknown } = await import(/* @vite-ignore */ `${module}?load=1`);
    const second: { store: unknown } = await import(/* @vite-ignore */ `${module}?load=2`);
    expect(second).not.toBe(first);
    expect(second.store).toBe(first.store);
  });
});
