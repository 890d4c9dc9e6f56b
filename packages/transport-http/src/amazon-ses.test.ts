import { createRequire } from 'node:module';
import { testEmail } from '@postern/testing';
import type foreignServer from 'aws-ses-v2-local';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import * as z from 'zod';
import { failureOf, startWorld } from '../fixtures/api-world.js';
import { verifySigV4 } from '../fixtures/verify-signature.js';
import { createAmazonSesTransport } from './amazon-ses.js';

// A CommonJS module with a default export, which tools import differently.
const { default: startForeignServer }: typeof foreignServer = createRequire(import.meta.url)(
  'aws-ses-v2-local',
);

const KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const inRegion = (region: string) => ({
  create: (options: Parameters<typeof createAmazonSesTransport>[1]) =>
    createAmazonSesTransport({ region, ...KEYS }, options),
});

/** The account of the foreign server. */
const ACCOUNT = {
  DedicatedIpAutoWarmupEnabled: false,
  Details: {
    AdditionalContactEmailAddresses: [],
    ContactLanguage: 'EN',
    MailType: 'TRANSACTIONAL',
    ReviewDetails: { CaseId: '1', Status: 'GRANTED' },
    UseCaseDescription: 'Sign-in emails',
    WebsiteURL: 'https://example.com',
  },
  EnforcementStatus: 'HEALTHY',
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 },
  SuppressionAttributes: { SuppressedReasons: ['BOUNCE'] },
};

/** The emails of the foreign server. */
const storeSchema = z.object({
  emails: z.array(
    z.object({
      subject: z.string(),
      destination: z.object({ to: z.array(z.string()) }),
      body: z.object({ text: z.string().optional(), html: z.string().optional() }),
    }),
  ),
});

test('sends to aws-ses-v2-local, and verifies its account', async () => {
  const listening = await startForeignServer({ host: '127.0.0.1', port: 0 });
  const address = listening.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  await using transport = inRegion('us-east-1').create({ baseUrl: url });
  onTestFinished(() => {
    listening.close();
    vi.unstubAllEnvs();
  });
  const email = testEmail({ from: { name: 'Zoë', address: 'noreply@example.com' }, subject: 'Grüße 🎉' });
  const receipt = await transport.send(email);
  expect(receipt.messageId).toMatch(/^<.+@email\.amazonses\.com>$/);
  vi.stubEnv('AWS_SES_ACCOUNT', JSON.stringify(ACCOUNT));
  await transport.verify();
  const store = await fetch(`${url}/store`);
  const [received] = storeSchema.parse(await store.json()).emails;
  expect(received).toMatchObject({ subject: email.subject, destination: { to: [email.to] } });
  expect(received?.body.text?.trim()).toBe(email.text.trim());
  expect(received?.body.html?.trim()).toBe(email.html);
});

test('signs requests with the time of the clock and the region', async () => {
  const clock = { now: () => Date.UTC(2026, 1, 3, 4, 5, 6, 789) };
  const { trap, transport } = await startWorld(inRegion('ap-northeast-1'), { clock });
  await transport.send(testEmail());
  await transport.verify();
  for (const request of trap.requests) {
    expect(request.headers['x-amz-date']).toBe('20260203T040506Z');
    const { scope, signedHeaders } = verifySigV4(request, KEYS.secretAccessKey);
    expect(scope).toBe('ap-northeast-1/ses');
    expect(signedHeaders).toEqual(['accept', 'host', 'x-amz-date']);
    expect(() => verifySigV4({ ...request, body: `${request.body} ` }, KEYS.secretAccessKey)).toThrow();
    expect(() => verifySigV4(request, 'another')).toThrow();
  }
});

describe('verify', () => {
  test.each([
    ['a parent domain', 'noreply@mail.eu.example.com', true],
    ['a domain in other letter case', 'noreply@Example.com', true],
    ['another domain', 'noreply@example.org', false],
    ['a domain with the same ending', 'noreply@badexample.com', false],
  ])('finds the identity of %s', async (_, fromEmail, isReady) => {
    const { transport } = await startWorld(inRegion('eu-west-1'), { fromEmail });
    const verifying = transport.verify();
    if (isReady) await expect(verifying).resolves.toBeUndefined();
    else expect(await failureOf(verifying)).toMatchObject({ code: 'sender_rejected', stage: 'mail' });
  });

  test('accepts a key that may only send', async () => {
    const { trap, transport } = await startWorld(inRegion('eu-west-1'), { fromEmail: 'a@example.com' });
    const body = { __type: 'AccessDeniedException' };
    trap.fault({ at: 'verify', kind: 'response', status: 403, body, times: 1 });
    await expect(transport.verify()).resolves.toBeUndefined();
    expect(trap.requests).toHaveLength(1);
  });
});

test.each(['', 'eu', 'eu-central-1.example.com/', 'EU-CENTRAL-1'])('rejects the region %j', (region) => {
  expect(() => createAmazonSesTransport({ region, ...KEYS })).toThrow(/region/);
});
