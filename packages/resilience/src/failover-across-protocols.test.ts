import { MailError, type Transport } from '@postern/core';
import { type ApiFault, type Fault, startApiTrap, startSmtpTrap, testEmail } from '@postern/testing';
import { createPostmarkTransport } from '@postern/transport-http/postmark';
import { createResendTransport } from '@postern/transport-http/resend';
import { createSmtpTransport } from '@postern/transport-smtp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { withFailover } from './index.js';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Starts both servers, and a transport for each: SMTP, Resend with idempotency keys, and Postmark without. */
async function startWorld() {
  const smtpTrap = await startSmtpTrap();
  const apiTrap = await startApiTrap();
  const server = { host: smtpTrap.host, port: smtpTrap.port, tls: { ca: smtpTrap.certificate } };
  const smtp = createSmtpTransport(server);
  const api = { baseUrl: apiTrap.url };
  const resend = createResendTransport({ apiKey: 're_test' }, api);
  const postmark = createPostmarkTransport({ serverToken: 'test' }, api);
  onTestFinished(async () => {
    await Promise.all([smtp, resend, postmark].map((transport) => transport.close()));
    await smtpTrap.close();
    await apiTrap.close();
  });
  const failover = (...transports: Transport[]) => withFailover(transports, { logger });
  const delivered = () => [smtpTrap.inbox.messages.length, apiTrap.inbox.messages.length];
  return { smtpTrap, apiTrap, smtp, resend, postmark, failover, delivered };
}

const codeOf = (operation: Promise<unknown>) =>
  operation.then(
    () => 'sent',
    (error: unknown) => (error instanceof MailError ? error.code : error),
  );

describe('from SMTP to an API', () => {
  test.each<[string, Fault]>([
    ['a connection that is reset', { at: 'connect', kind: 'reset' }],
    ['a server that refuses the sender', { at: 'mail', kind: '5xx', reply: '553 5.7.1 Not your address' }],
    ['a temporary rejection by the server', { at: 'mail', kind: '4xx', reply: '421 4.3.2 Try again later' }],
    ['a lost reply to a code', { at: 'delivery', kind: 'reset' }],
  ])('after %s', async (_, fault) => {
    const { smtpTrap, smtp, resend, failover, delivered } = await startWorld();
    smtpTrap.fault(fault);
    const receipt = await failover(smtp, resend).send(testEmail());
    expect(receipt).toMatchObject({ transport: 'resend', attempts: 2 });
    expect(delivered()[1]).toBe(1);
  });

  test('never after a refusal of the recipient', async () => {
    const { smtpTrap, smtp, resend, failover, delivered } = await startWorld();
    smtpTrap.fault({ at: 'rcpt', kind: '5xx', reply: '550 5.1.1 No such user' });
    expect(await codeOf(failover(smtp, resend).send(testEmail()))).toBe('recipient_rejected');
    expect(delivered()).toEqual([0, 0]);
  });
});

describe('from an API to SMTP', () => {
  test.each<[string, ApiFault]>([
    ['refused credentials', { kind: 'unauthorized' }],
    ['an unverified domain', { kind: 'sender' }],
    ['a rate limit', { kind: 'rate_limited', retryAfter: 3600 }],
    ['a server error', { kind: 'server_error' }],
    ['a connection that is reset', { kind: 'reset' }],
  ])('after %s', async (_, fault) => {
    const { apiTrap, smtp, resend, failover, delivered } = await startWorld();
    apiTrap.fault(fault);
    const receipt = await failover(resend, smtp).send(testEmail());
    expect(receipt).toMatchObject({ transport: 'smtp', attempts: 2 });
    expect(delivered()).toEqual([1, 0]);
  });

  test('after a server that cannot be reached', async () => {
    const { apiTrap, smtp, resend, failover, delivered } = await startWorld();
    await apiTrap.close();
    expect(await failover(resend, smtp).send(testEmail())).toMatchObject({ transport: 'smtp' });
    expect(delivered()).toEqual([1, 0]);
  });

  test('never after a refusal of the recipient', async () => {
    const { apiTrap, smtp, postmark, failover, delivered } = await startWorld();
    apiTrap.fault({ kind: 'recipient' });
    expect(await codeOf(failover(postmark, smtp).send(testEmail()))).toBe('recipient_rejected');
    expect(delivered()).toEqual([0, 0]);
  });

  test('after a lost response, only if a duplicate is harmless', async () => {
    const { apiTrap, smtp, postmark, failover, delivered } = await startWorld();
    apiTrap.fault({ kind: 'reset', delivers: true });
    const transport = failover(postmark, smtp);
    const invitation = testEmail({ type: 'OrganizationInvitation' });
    expect(await codeOf(transport.send(invitation))).toBe('delivery_unknown');
    expect(delivered()).toEqual([0, 1]);
    expect(await codeOf(transport.send(testEmail()))).toBe('sent');
    expect(delivered()).toEqual([1, 2]);
  });
});
