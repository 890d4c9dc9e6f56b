import { testEmail } from '@postern/testing';
import { expect, test } from 'vitest';
import { failureOf } from '../fixtures/api-world.js';
import { type CloudflareEmailBinding, createCloudflareTransport } from './cloudflare.js';

type Message = Parameters<CloudflareEmailBinding['send']>[0];

/** The binding of a Worker (https://developers.cloudflare.com/email-service/api/send-emails/workers-api/). */
function createBinding(fail?: () => unknown) {
  const messages: Message[] = [];
  return {
    messages,
    async send(message: Message) {
      if (fail) throw fail();
      messages.push(message);
      return { messageId: `${messages.length}@cloudflare.example` };
    },
  };
}

const failing = (code: string) =>
  createBinding(() => Object.assign(new Error('A message of ada@example.com.'), { code }));

test('sends a complete email by the binding of a Worker', async () => {
  const binding = createBinding();
  await using transport = createCloudflareTransport({ binding });
  const email = testEmail({
    from: { name: 'Zoë', address: 'noreply@example.com' },
    replyTo: [{ name: 'Help', address: 'help@example.com' }, { address: 'team@example.com' }],
    headers: { 'Auto-Submitted': 'auto-generated', 'OTP-Token': '482913', 'X-Ref': ['a', 'b'] },
  });
  const receipt = await transport.send(email);
  expect(binding.messages).toEqual([
    {
      from: { email: 'noreply@example.com', name: 'Zoë' },
      to: email.to,
      replyTo: { email: 'help@example.com', name: 'Help' },
      subject: email.subject,
      text: email.text,
      html: email.html,
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Ref': 'a, b' },
    },
  ]);
  expect(receipt).toMatchObject({ transport: 'cloudflare', messageId: '<1@cloudflare.example>' });
  await expect(transport.verify()).resolves.toBeUndefined();
});

test.each([
  ['E_SENDER_NOT_VERIFIED', 'sender_rejected', false],
  ['E_SENDER_DOMAIN_NOT_AVAILABLE', 'sender_rejected', false],
  ['E_RECIPIENT_NOT_ALLOWED', 'sender_rejected', false],
  ['E_RECIPIENT_SUPPRESSED', 'recipient_rejected', false],
  ['E_VALIDATION_ERROR', 'message_rejected', false],
  ['E_HEADER_NOT_ALLOWED', 'message_rejected', false],
  ['E_CONTENT_TOO_LARGE', 'message_rejected', false],
  ['E_DELIVERY_FAILED', 'connection_failed', true],
  ['E_RATE_LIMIT_EXCEEDED', 'rate_limited', true],
  ['E_DAILY_LIMIT_EXCEEDED', 'sender_rejected', true],
  ['E_INTERNAL_SERVER_ERROR', 'connection_failed', true],
])('reads the error %s of the binding', async (errorCode, code, retryable) => {
  await using transport = createCloudflareTransport({ binding: failing(errorCode) });
  const error = await failureOf(transport.send(testEmail({ to: 'ada@example.com' })));
  expect(error).toMatchObject({ code, retryable });
  expect(`${error.message} ${error.response}`).not.toContain('ada@example.com');
});

test('an error of the binding without a code leaves the delivery unknown', async () => {
  await using transport = createCloudflareTransport({ binding: createBinding(() => new Error('Lost.')) });
  expect(await failureOf(transport.send(testEmail()))).toMatchObject({ code: 'delivery_unknown' });
});

test('an email by the binding can be aborted', async () => {
  const binding: CloudflareEmailBinding = { send: () => new Promise(() => {}) };
  await using transport = createCloudflareTransport({ binding });
  const controller = new AbortController();
  const failure = failureOf(transport.send(testEmail(), { signal: controller.signal }));
  controller.abort();
  expect(await failure).toMatchObject({ code: 'aborted' });
});

test('rejects credentials that are not valid', () => {
  expect(() => createCloudflareTransport({ accountId: 'me', apiToken: 'a' })).toThrow(/accountId/);
  // @ts-expect-error: the binding is missing in the environment
  expect(() => createCloudflareTransport({ binding: undefined })).toThrow(/binding/);
});
