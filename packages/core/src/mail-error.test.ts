import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { connectorConfigJsonSchema } from '../dist/index.js';
import { MailError, type MailErrorCode } from './index.js';

/** Complete by its type: a new code does not compile before it is listed here. */
const RETRYABLE: Readonly<Record<MailErrorCode, boolean>> = {
  config_invalid: false,
  template_not_found: false,
  template_invalid: false,
  payload_invalid: false,
  idempotency_key_reused: false,
  recipient_invalid: false,
  connection_failed: true,
  tls_failed: false,
  auth_failed: false,
  host_rejected: false,
  sender_rejected: false,
  recipient_rejected: false,
  message_rejected: false,
  rate_limited: true,
  timeout: true,
  delivery_unknown: true,
  expired: false,
  aborted: false,
  closed: false,
};

describe('the default of retryable', () => {
  test.each(Object.entries(RETRYABLE) as [MailErrorCode, boolean][])('%s: %s', (code, retryable) => {
    expect(new MailError(code, 'No.', { stage: 'data' }).retryable).toBe(retryable);
    expect(new MailError(code, 'No.', { stage: 'data', retryable: !retryable }).retryable).toBe(!retryable);
  });
});

test('an error has only the fields that have a value', () => {
  const cause = new Error('reset');
  const bare = new MailError('timeout', 'Too slow.', { stage: 'greeting' });
  const full = new MailError('auth_failed', 'No.', {
    stage: 'auth',
    hint: 'Look.',
    responseCode: 535,
    response: '535 no',
    attempts: 3,
    cause,
  });

  expect(Object.keys(bare).sort()).toEqual(['code', 'name', 'retryable', 'stage']);
  expect('cause' in bare).toBe(false);
  expect(full).toMatchObject({
    name: 'MailError',
    hint: 'Look.',
    responseCode: 535,
    response: '535 no',
    attempts: 3,
    cause,
  });
});

describe('the README', () => {
  const rows = async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    return [...readme.matchAll(/^\| `(?<key>\w+)` *\|(?<cells>.*)\|$/gm)].map(({ groups }) => ({
      key: groups?.key ?? '',
      cells: (groups?.cells ?? '').split('|').map((cell) => cell.trim()),
    }));
  };

  test('has a row for every code, with its default of retryable', async () => {
    const found = (await rows())
      .filter(({ key }) => key in RETRYABLE)
      .map(({ key, cells }) => [key, cells[1]]);

    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(
        Object.entries(RETRYABLE).map(([code, retryable]) => [code, retryable ? 'yes' : 'no']),
      ),
    );
  });

  test('has a row for every key of the config, with its default', async () => {
    const properties = connectorConfigJsonSchema.properties as Record<string, { default?: unknown }>;
    const found = new Map((await rows()).map(({ key, cells }) => [key, cells[0]]));

    for (const [key, schema] of Object.entries(properties)) {
      expect(found.has(key), key).toBe(true);
      if (schema.default !== undefined) expect(found.get(key), key).toBe(`\`${schema.default}\``);
    }
  });
});

test.each([
  [undefined, undefined],
  [0, 0],
  [1500.2, 1501],
  [-1, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
  [1e15, 2 ** 31 - 1],
])('an error with a retryAfterMs of %s has %s', (retryAfterMs, kept) => {
  const error = new MailError('rate_limited', 'Slow down.', { stage: 'delivery', retryAfterMs });
  expect(error.retryAfterMs).toBe(kept);
});
