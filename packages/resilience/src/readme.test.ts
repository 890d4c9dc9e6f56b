import { readFile } from 'node:fs/promises';
import { MailError, type MailErrorCode } from '@postern/core';
import { createMemoryTransport, testEmail } from '@postern/testing';
import { describe, expect, it } from 'vitest';
import { withFailover, withRetry } from './index.js';
import { createTestClock } from './test-clock.js';

/** Complete by its type: a new code does not compile before it is listed here. */
const CODES: Readonly<Record<MailErrorCode, true>> = {
  config_invalid: true,
  template_not_found: true,
  template_invalid: true,
  payload_invalid: true,
  idempotency_key_reused: true,
  recipient_invalid: true,
  connection_failed: true,
  tls_failed: true,
  auth_failed: true,
  host_rejected: true,
  sender_rejected: true,
  recipient_rejected: true,
  message_rejected: true,
  rate_limited: true,
  timeout: true,
  delivery_unknown: true,
  expired: true,
  aborted: true,
  closed: true,
};
const codes = Object.keys(CODES) as MailErrorCode[];

const readTable = async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `(?<code>[a-z]+_?[a-z_]*)` +\|(?<cells>.+\|.+\|.+)\|$/gm)];
  return new Map(
    rows.map(({ groups }) => [groups?.code, (groups?.cells ?? '').split('|').map((cell) => cell.trim())]),
  );
};

const failure = (code: MailErrorCode, retryable?: boolean) =>
  new MailError(code, 'It failed.', { stage: 'data', ...(retryable !== undefined && { retryable }) });

/** How a wrapper goes about a failure: whether the email is sent after all. */
async function goesOn(
  wrap: 'retry' | 'failover',
  code: MailErrorCode,
  { retryable, type = 'SignIn' }: { retryable?: boolean; type?: string } = {},
): Promise<boolean> {
  const { sleep } = createTestClock({ isFree: true });
  const [main, backup] = [createMemoryTransport({ name: 'main' }), createMemoryTransport({ name: 'backup' })];
  main.failWith(failure(code, retryable), { times: 1 });
  await using transport = wrap === 'retry' ? withRetry(main, { sleep }) : withFailover([main, backup]);
  return await transport.send(testEmail({ type })).then(
    () => true,
    () => false,
  );
}

async function behaviourOf(wrap: 'retry' | 'failover', code: MailErrorCode): Promise<string> {
  const [yes, no] = wrap === 'retry' ? ['always', 'no'] : ['next transport', 'stops'];
  const invitation = await goesOn(wrap, code, { type: 'OrganizationInvitation' });
  if ((await goesOn(wrap, code)) !== invitation) return 'by usage type';
  const [ifRetryable, ifNot] = [
    await goesOn(wrap, code, { retryable: true }),
    await goesOn(wrap, code, { retryable: false }),
  ];
  if (ifRetryable !== ifNot) return 'if `retryable`';
  return ifRetryable ? yes : no;
}

/** What it does among failures that open the circuit at the third in a row. */
async function circuitAfter(code: MailErrorCode): Promise<string> {
  const [main, backup] = [createMemoryTransport({ name: 'main' }), createMemoryTransport({ name: 'backup' })];
  await using transport = withFailover([main, backup], { failureThreshold: 3 });
  const sendAt = async (error: MailErrorCode) => {
    const failing = main.failWith(failure(error), { times: 1 });
    await transport.send(testEmail()).catch(() => {});
    return failing.fired === 1;
  };
  await sendAt('timeout');
  await sendAt(code);
  await sendAt('timeout');
  if (!(await sendAt('timeout'))) return 'counts as a failure';
  return (await transport.send(testEmail())).transport === 'backup' ? 'no effect' : 'resets the count';
}

describe('the README', () => {
  it('has a row for each code', async () => {
    expect([...(await readTable()).keys()].sort()).toEqual([...codes].sort());
  });

  it.each(codes)('is correct about %s', async (code) => {
    const [retried, failedOver, circuit] = (await readTable()).get(code) ?? [];
    expect(failedOver).toBe(await behaviourOf('failover', code));
    expect(circuit).toBe(await circuitAfter(code));
    // These are never retryable. For the others, the error decides.
    if (retried === 'no') expect(await goesOn('retry', code)).toBe(false);
    else expect(retried).toBe(await behaviourOf('retry', code));
  });
});
