import { ConfigError } from '@postern/core';
import { describe, expect, it } from 'vitest';
import { createSmtpTransport, diagnose, type SmtpTransportOptions } from './index.js';

const SERVER = { host: '127.0.0.1', port: 1 };

function issuesOf(options: object): unknown[] {
  try {
    createSmtpTransport(SERVER, options);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.issues.map(({ path, code, message }) => [path, code, message]);
    throw error;
  }
  return [];
}

describe('an option that can’t be used is refused', () => {
  it.each([
    ['name', 5, 'has to be text'],
    ['name', null, 'has to be text'],
    ['name', '', 'is empty'],
    ['maxConnections', 1.5, 'has to be a whole number'],
    ['maxConnections', '5', 'has to be a whole number'],
    ['maxMessages', 0, 'has to be at least 1'],
    ['idleTimeoutMs', Number.NaN, 'has to be a whole number'],
    ['plaintextAuth', 'allow', 'has to be "refuse" or "warn"'],
    ['missingAuth', true, 'has to be "refuse" or "warn"'],
  ])('%s: %j', (name, value, problem) => {
    expect(issuesOf({ [name]: value })).toEqual([[[name], 'not_allowed', `${name} ${problem}`]]);
  });

  it.each([null, 'fast'])('as are options that are no object: %j', (options) => {
    // @ts-expect-error: what a program in JavaScript may pass
    expect(() => createSmtpTransport(SERVER, options)).toThrow('the options have to be an object');
  });

  it('together with all others', () => {
    expect(issuesOf({ name: '', maxConnections: 0, maxMessages: 0 })).toHaveLength(3);
  });

  it.each([
    ['stepTimeoutMs', '1', 'has to be a number of milliseconds'],
    ['stepTimeoutMs', Number.POSITIVE_INFINITY, 'has to be a number of milliseconds'],
    ['deadlineMs', 0.5, 'has to be at least 1'],
  ])('by diagnose too: %s: %j', async (name, value, problem) => {
    await expect(diagnose(SERVER, { [name]: value })).rejects.toThrow(`${name} ${problem}`);
  });
});

it.each<SmtpTransportOptions>([
  { name: undefined, maxConnections: undefined, plaintextAuth: undefined },
  { maxConnections: 1, maxMessages: 1, idleTimeoutMs: 1, plaintextAuth: 'refuse', missingAuth: 'warn' },
])('others are taken: %j', async (options) => {
  await using transport = createSmtpTransport(SERVER, options);
  expect(transport.name).toBe('smtp');
});
