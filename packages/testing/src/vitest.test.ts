import { MailError } from '@postern/core';
import { describe, expect, it } from 'vitest';
import { createMemoryTransport, startSmtpTrap, testEmail } from './index.js';
import { connectRaw } from './raw-smtp-client.js';
import './vitest.js';

async function filled() {
  const transport = createMemoryTransport();
  await transport.send(testEmail({ to: 'ada@example.com', subject: 'Welcome', text: 'Your code is 123456' }));
  await transport.send(testEmail({ to: 'bob@example.com', subject: 'Bye', locale: 'de', html: '<b>x</b>' }));
  return transport;
}

describe('toHaveReceivedEmail', () => {
  it('compares every field it is given', async () => {
    const transport = await filled();
    expect(transport).toHaveReceivedEmail();
    expect(transport).toHaveReceivedEmail({ to: 'ada@EXAMPLE.com', from: 'noreply@example.com' });
    expect(transport).toHaveReceivedEmail({ subject: 'Welcome', text: '123456', type: 'SignIn' });
    expect(transport).toHaveReceivedEmail({ subject: /^wel/i, text: /\d{6}/ });
    expect(transport).toHaveReceivedEmail({ to: 'bob@example.com', locale: 'de', html: '<b>' });
    expect(transport).not.toHaveReceivedEmail({ to: 'eve@example.com' });
    expect(transport).not.toHaveReceivedEmail({ from: 'eve@example.com' });
    expect(transport).not.toHaveReceivedEmail({ to: 'ada@example.com', subject: 'Bye' });
    expect(transport).not.toHaveReceivedEmail({ subject: 'Welc' });
    expect(transport).not.toHaveReceivedEmail({ text: '654321' });
    expect(transport).not.toHaveReceivedEmail({ html: '<i>' });
    expect(transport).not.toHaveReceivedEmail({ type: 'Register' });
    expect(transport).not.toHaveReceivedEmail({ locale: 'fr' });
  });

  it('says what came instead', async () => {
    const transport = await filled();
    expect(() => expect(transport).toHaveReceivedEmail({ to: 'eve@example.com', subject: /x/ })).toThrow(
      'Expected an email with to "eve@example.com", subject /x/. Arrived (2):\n  - to ada@example.com: "Welcome"',
    );
    expect(() => expect(transport).not.toHaveReceivedEmail()).toThrow('Expected no email. Arrived (2)');
    expect(() => expect(createMemoryTransport()).toHaveReceivedEmail()).toThrow('No emails arrived.');
  });

  it('works on a trap and on an inbox, which know no usage types', async () => {
    await using trap = await startSmtpTrap({ tls: 'none' });
    using client = connectRaw(trap);
    await client.reply();
    for (const line of ['EHLO x', 'MAIL FROM:<a@b.example>', 'RCPT TO:<ada@example.com>', 'DATA']) {
      await client.say(line);
    }
    await client.say('From: a@b.example\r\nSubject: Hi\r\n\r\nHello\r\n.');
    expect(trap).toHaveReceivedEmail({
      to: 'ada@example.com',
      from: 'a@b.example',
      subject: 'Hi',
      text: 'Hello',
    });
    expect(trap.inbox.for('ada@example.com')).toHaveReceivedEmailCount(1);
    expect(trap.inbox.for('eve@example.com')).not.toHaveReceivedEmail();
    expect(() => expect(trap).toHaveReceivedEmail({ type: 'SignIn' })).toThrow(TypeError);
  });
});

describe('toHaveReceivedEmailCount', () => {
  it('counts what fits', async () => {
    const transport = await filled();
    expect(transport).toHaveReceivedEmailCount(2);
    expect(transport).toHaveReceivedEmailCount(1, { to: 'ada@example.com' });
    expect(transport.inbox).toHaveReceivedEmailCount(0, { to: 'eve@example.com' });
    expect(transport).not.toHaveReceivedEmailCount(1);
    expect(() => expect(transport).toHaveReceivedEmailCount(3)).toThrow('Expected 3 emails, found 2.');
    expect(() => expect(transport).not.toHaveReceivedEmailCount(2)).toThrow('Expected not 2 emails');
  });
});

describe('toBeMailError', () => {
  const error = new MailError('auth_failed', 'Wrong password.', { stage: 'auth', responseCode: 535 });

  it('compares code and details', async () => {
    expect(error).toBeMailError('auth_failed');
    expect(error).toBeMailError('auth_failed', { stage: 'auth', retryable: false, responseCode: 535 });
    expect(error).not.toBeMailError('timeout');
    expect(error).not.toBeMailError('auth_failed', { stage: 'mail' });
    expect({ ...error, code: 'auth_failed' }).not.toBeMailError('auth_failed');
    await expect(Promise.reject(error)).rejects.toBeMailError('auth_failed');
  });

  it('says what it got', () => {
    expect(() => expect(error).toBeMailError('timeout', { stage: 'greeting' })).toThrow(
      'Expected a MailError {"code":"timeout","stage":"greeting"}, received {"code":"auth_failed","stage":"auth"} (Wrong password.).',
    );
    expect(() => expect('nothing').toBeMailError('timeout')).toThrow('received nothing.');
  });
});
