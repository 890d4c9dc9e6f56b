import type { Transport } from '@postern/core';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../fixtures/api-world.js';
import { createAliyunDirectMailTransport } from './aliyun-direct-mail.js';
import type { ApiTransportOptions } from './api/api-transport-options.js';
import { createBrevoTransport } from './brevo.js';
import { createMailjetTransport } from './mailjet.js';
import { createResendTransport } from './resend.js';
import { createSendGridTransport } from './sendgrid.js';

const FROM = { address: 'noreply@mail2345.example.com', domain: 'mail2345.example.com' };

/** An account with this many domains, of which one is ready to send. */
const COUNT = 3000;
const domains = Array.from({ length: COUNT }, (_, id) => ({ id, name: `mail${id}.example.com` }));
const isReady = ({ name }: { name: string }) => name === FROM.domain;

const slice = (query: URLSearchParams, size: string, offset: string, list = domains) => {
  const start = Number(query.get(offset));
  return list.slice(start, start + Number(query.get(size)));
};

interface Case {
  readonly name: string;
  create(options: ApiTransportOptions): Transport;
  /** Responds as the API does for a long list. */
  respond(path: string, query: URLSearchParams): unknown;
  /** The number of requests that find the domain. */
  readonly requests: number;
}

const CASES: readonly Case[] = [
  {
    // https://resend.com/docs/api-reference/pagination
    name: 'Resend',
    create: (options) => createResendTransport({ apiKey: 'k' }, options),
    respond(_path, query) {
      const start = Number(query.get('after') ?? -1) + 1;
      const size = Number(query.get('limit') ?? 100);
      const data = domains.slice(start, start + size).map((each) => ({
        ...{ id: String(each.id), name: each.name, status: isReady(each) ? 'verified' : 'pending' },
      }));
      return { object: 'list', has_more: start + size < COUNT, data };
    },
    requests: 24,
  },
  {
    // https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication/list-all-authenticated-domains
    name: 'SendGrid, domain',
    create: (options) => createSendGridTransport({ apiKey: 'k' }, options),
    respond: (path, query) =>
      path.endsWith('/scopes')
        ? { scopes: ['mail.send'] }
        : slice(
            query,
            'limit',
            'offset',
            domains.filter(({ name }) => name.includes(query.get('domain') ?? '')),
          ).map((each) => ({ domain: each.name, valid: isReady(each) })),
    requests: 2,
  },
  {
    // https://www.twilio.com/docs/sendgrid/api-reference/sender-verification/get-all-verified-senders
    name: 'SendGrid, sender',
    create: (options) => createSendGridTransport({ apiKey: 'k' }, options),
    respond(path, query) {
      if (path.endsWith('/scopes')) return { scopes: ['mail.send'] };
      if (path.endsWith('/domains')) return [];
      const start = Number(query.get('lastSeenID') ?? -1) + 1;
      const results = domains.slice(start, start + 100).map((each) => ({
        ...{ id: each.id, from_email: `NoReply@${each.name}`, verified: isReady(each) },
      }));
      return { results };
    },
    requests: 26,
  },
  {
    // https://developers.brevo.com/reference/get-domain-configuration
    name: 'Brevo',
    create: (options) => createBrevoTransport({ apiKey: 'k' }, options),
    respond: (path) =>
      path === `/v3/senders/domains/${FROM.domain}`
        ? { domain: FROM.domain, authenticated: true }
        : {
            domains: domains.slice(0, 50).map(({ name }) => ({ domain_name: name, authenticated: false })),
            total_pages: 60,
          },
    requests: 2,
  },
  {
    // https://github.com/mailjet/mailjet-apiv3-python#using-pagination
    name: 'Mailjet',
    create: (options) => createMailjetTransport({ apiKey: 'k', secretKey: 's' }, options),
    respond: (_path, query) => ({
      Data: slice(query, 'Limit', 'Offset').map((each) => ({
        ...{ Email: `*@${each.name}`, Status: isReady(each) ? 'Active' : 'Inactive' },
      })),
    }),
    requests: 3,
  },
  {
    // https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-querymailaddressbyparam
    name: 'Aliyun DirectMail',
    create: (options) => createAliyunDirectMailTransport({ accessKeyId: 'a', accessKeySecret: 'b' }, options),
    respond(_path, query) {
      const size = Number(query.get('PageSize') ?? 10);
      const start = (Number(query.get('PageNo') ?? 1) - 1) * size;
      const mailAddress = domains.slice(start, start + size).map((each) => ({
        ...{
          AccountName: `noreply@${each.name}`,
          AccountStatus: '0',
          DomainStatus: isReady(each) ? '0' : '1',
        },
      }));
      return { data: { mailAddress } };
    },
    requests: 47,
  },
];

describe.each(CASES)('$name: verify', ({ create, respond, requests }) => {
  function verify(fromEmail: string) {
    let sent = 0;
    const transport = create({
      fromEmail,
      async fetch(input, init) {
        sent += 1;
        const { pathname, searchParams } = new URL(String(input));
        const query = typeof init?.body === 'string' ? new URLSearchParams(init.body) : searchParams;
        return Response.json(respond(pathname, query));
      },
    });
    return { verified: transport.verify(), sent: () => sent };
  }

  test('finds the sender in a list of several pages', async () => {
    const { verified, sent } = verify(FROM.address);
    await verified;
    expect(sent()).toBe(requests);
  });

  test('reports a sender that no page contains', async () => {
    const { verified } = verify('noreply@mail1.example.com');
    expect(await failureOf(verified)).toMatchObject({ code: 'sender_rejected' });
  });
});

test('a server that repeats a page does not keep verify running', async () => {
  let sent = 0;
  const transport = createResendTransport(
    { apiKey: 'k' },
    {
      async fetch() {
        sent += 1;
        return Response.json({ has_more: true, data: [{ id: 'a', name: 'a.example', status: 'pending' }] });
      },
    },
  );
  expect(await failureOf(transport.verify())).toMatchObject({ code: 'sender_rejected' });
  expect(sent).toBe(100);
});
