import { MailError } from '@postern/core';
import { describe, expect, it } from 'vitest';
import { createMemoryTransport, testEmail } from './index.js';
import { describeTransportContract } from './vitest.js';

const refused = () => new MailError('recipient_rejected', 'Refused.', { stage: 'rcpt', responseCode: 550 });

describeTransportContract('memory', () => {
  const transport = createMemoryTransport();
  return {
    transport,
    received: () => transport.emails,
    failNext: () => transport.failWith(refused(), { times: 1 }),
    down: () => transport.close(),
  };
});

describe('memory transport', () => {
  it('keeps the very email it was given', async () => {
    const transport = createMemoryTransport();
    const email = testEmail();
    const receipt = await transport.send(email);
    expect(transport.emails[0]).toBe(email);
    expect(receipt).toEqual({
      messageId: email.messageId,
      accepted: email.to,
      transport: 'memory',
      response: '250 2.0.0 Kept in memory',
      attempts: 1,
      durationMs: expect.any(Number),
    });
  });

  it('has a name of its choice', async () => {
    const transport = createMemoryTransport({ name: 'backup' });
    expect((await transport.send(testEmail())).transport).toBe('backup');
  });

  it('asks the clock whether an email has expired', async () => {
    let now = 0;
    const transport = createMemoryTransport({ clock: { now: () => now } });
    const email = testEmail({ expiresAt: new Date(1000) });
    await transport.send(email);
    now = 1000;
    await expect(transport.send(email)).rejects.toBeMailError('expired', { retryable: false });
    expect(transport.emails).toHaveLength(1);
  });

  it('fails as told, as often as told', async () => {
    const transport = createMemoryTransport();
    const twice = transport.failWith(refused(), { times: 2 });
    for (const _ of [1, 2]) {
      await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected', {
        stage: 'rcpt',
        responseCode: 550,
      });
    }
    await transport.send(testEmail());
    expect(twice.fired).toBe(2);

    const always = transport.failWith(refused());
    await expect(transport.send(testEmail())).rejects.toBeMailError('recipient_rejected');
    always.clear();
    await transport.send(testEmail());
    expect(transport.emails).toHaveLength(2);
  });

  it('ends the waits when it is closed', async () => {
    const transport = createMemoryTransport();
    const wait = expect(transport.inbox.waitForEmail()).rejects.toThrow('closed');
    await transport.close();
    await wait;
  });
});
