import { ConfigError } from '@postern/core';
import { describe, expect, it } from 'vitest';
import {
  createNodemailerTransport,
  createSmtpTransport,
  diagnose,
  type SmtpTransportOptions,
} from './index.js';

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

describe('createSmtpTransport rejects an invalid option', () => {
  it.each([
    ['name', 5, 'must be a string'],
    ['name', null, 'must be a string'],
    ['name', '', 'must not be empty'],
    ['maxConnections', 1.5, 'must be a whole number'],
    ['maxConnections', '5', 'must be a whole number'],
    ['maxMessages', 0, 'must be 1 or more'],
    ['idleTimeoutMs', Number.NaN, 'must be a whole number'],
    ['plaintextAuth', 'allow', 'must be "refuse" or "warn"'],
    ['missingAuth', true, 'must be "refuse" or "warn"'],
    ['lookup', 'dns', 'must be a function'],
    ['logger', {}, 'must be a logger, such as console'],
    ['clock', {}, 'must be a clock with a now method'],
  ])('%s: %j', (name, value, problem) => {
    expect(issuesOf({ [name]: value })).toEqual([[[name], 'not_allowed', problem]]);
  });

  it('with a misspelled name', () => {
    expect(issuesOf({ maxConections: 5 })).toEqual([
      [['maxConections'], 'unknown_key', 'unknown option: did you mean maxConnections?'],
    ]);
  });

  it.each([null, 'fast'])('and options that are not an object: %j', (options) => {
    // @ts-expect-error: possible in JavaScript
    expect(() => createSmtpTransport(SERVER, options)).toThrow('options: must be an object');
  });

  it('together with all other problems', () => {
    expect(issuesOf({ name: '', maxConnections: 0, missingAuth: 1 })).toHaveLength(3);
  });
});

it('createNodemailerTransport rejects a misspelled option', () => {
  const transporter = { sendMail: async () => ({}) };
  // @ts-expect-error: possible in JavaScript
  expect(() => createNodemailerTransport(transporter, { nam: 'main' })).toThrow(
    'nam: unknown option: did you mean name?',
  );
});

describe('diagnose rejects an invalid option', () => {
  it.each([
    ['deadlineMs', '1', 'must be a number'],
    ['deadlineMs', Number.POSITIVE_INFINITY, 'must be a number'],
    ['deadlineMs', 0.5, 'must be 1 or more'],
    ['deadline', 500, 'unknown option: did you mean deadlineMs?'],
  ])('%s: %j', async (name, value, problem) => {
    await expect(diagnose(SERVER, { [name]: value })).rejects.toThrow(`${name}: ${problem}`);
  });
});

it.each<SmtpTransportOptions>([
  { name: undefined, maxConnections: undefined, plaintextAuth: undefined, lookup: undefined },
  { maxConnections: 1, maxMessages: 1, idleTimeoutMs: 1, plaintextAuth: 'refuse', missingAuth: 'warn' },
])('accepts valid options: %j', async (options) => {
  await using transport = createSmtpTransport(SERVER, options);
  expect(transport.name).toBe('smtp');
});
