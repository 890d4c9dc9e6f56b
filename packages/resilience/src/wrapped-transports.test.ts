import { ConfigError, type Transport } from '@postern/core';
import { createMemoryTransport } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { withFailover, withRateLimit, withRetry } from './index.js';

/** What reaches these functions without TypeScript. */
const NO_TRANSPORTS: unknown[] = [
  undefined,
  null,
  'smtp',
  5,
  {},
  { name: 'smtp' },
  { send: () => {} },
  () => {},
];

describe.each<[string, (transport: Transport) => Transport]>([
  ['withRetry', (transport) => withRetry(transport)],
  ['withRateLimit', (transport) => withRateLimit(transport, { limit: 1, intervalMs: 1000 })],
  ['withFailover', (transport) => withFailover([createMemoryTransport(), transport])],
  ['withFailover', (transport) => withFailover(transport as unknown as Transport[])], // as without TypeScript
])('%s', (name, wrap) => {
  it.each(NO_TRANSPORTS)('refuses %j with an error that names it', (wrapped) => {
    expect(() => wrap(wrapped as Transport)).toThrow(ConfigError);
    expect(() => wrap(wrapped as Transport)).toThrow(name);
  });
});

it('withFailover needs one', () => {
  expect(() => withFailover([])).toThrow('must have at least one transport');
});
