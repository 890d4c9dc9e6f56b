import { type ApiTrap, type SmtpTrap, startApiTrap, startSmtpTrap } from '@postern/testing';
import type { Diagnosis, DnsResolver } from '@postern/transport-smtp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { diagnoseConfig, type TransportConfig } from './index.js';

let api: ApiTrap;
let smtp: SmtpTrap;
beforeAll(async () => {
  [api, smtp] = await Promise.all([startApiTrap(), startSmtpTrap()]);
});
beforeEach(() => {
  for (const trap of [api, smtp]) trap.clearFaults();
});
afterAll(() => Promise.all([api.close(), smtp.close()]));

const resolver: DnsResolver = {
  resolveMx: async () => [{ exchange: 'mx.example.com', priority: 10 }],
  resolveTxt: async (name) => [[name.startsWith('_dmarc.') ? 'v=DMARC1; p=reject' : 'v=spf1 -all']],
};
const fromEmail = 'Example <noreply@example.com>';
const resend = () => ({ name: 'resend' as const, apiKey: 're_test', baseUrl: api.url });
const server = () => ({ host: '127.0.0.1', port: smtp.port, tls: { ca: smtp.certificate } });
const diagnosed = (config: object) =>
  diagnoseConfig({ fromEmail, ...config } as TransportConfig, { resolver });
const outcomeOf = ({ provider, verdict, steps }: Diagnosis) => ({
  ...{ provider, verdict },
  failed: steps.filter(({ status }) => status === 'failed').map(({ name }) => name),
});

test('diagnoses an SMTP server like diagnose', async () => {
  const [diagnosis, ...others] = await diagnosed(server());
  expect(diagnosis?.steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['ehlo', 'rcpt', 'spf']));
  expect(others).toEqual([]);
});

test('diagnoses the API of a provider', async () => {
  const [diagnosis = expect.unreachable()] = await diagnosed({ provider: resend() });
  expect(outcomeOf(diagnosis)).toEqual({ provider: 'Resend', verdict: 'ready', failed: [] });
  expect(diagnosis.steps.map(({ name }) => name)).toEqual([
    'config',
    'connect',
    'auth',
    'mail',
    'mx',
    'dmarc',
  ]);
});

test.each<[fault: Parameters<ApiTrap['fault']>[0], verdict: Diagnosis['verdict'], step: string]>([
  [{ at: 'verify', kind: 'unauthorized' }, 'broken', 'auth'],
  [{ at: 'verify', kind: 'server_error' }, 'temporary', 'connect'],
  [{ at: 'verify', kind: 'rate_limited' }, 'temporary', 'connect'],
  [{ at: 'verify', kind: 'reset' }, 'temporary', 'connect'],
  [{ at: 'verify', kind: 'response', status: 200, body: { data: [] } }, 'broken', 'mail'],
])('names the failed step: %o', async (fault, verdict, step) => {
  api.fault(fault);
  const [diagnosis = expect.unreachable()] = await diagnosed({ provider: resend() });
  expect(outcomeOf(diagnosis)).toMatchObject({ verdict, failed: [step] });
  expect(JSON.stringify(diagnosis)).not.toContain('re_test');
});

test('diagnoses every provider of a list, in order', async () => {
  api.fault({ at: 'verify', kind: 'unauthorized' });
  const live: [number, string][] = [];
  const config = { fromEmail, providers: [resend(), { ...server(), name: 'smtp' as const }] };
  const diagnoses = await diagnoseConfig(config, {
    resolver,
    onStep: ({ name }, index) => live.push([index, name]),
  });
  expect(diagnoses.map(outcomeOf)).toMatchObject([
    { provider: 'Resend', verdict: 'broken', failed: ['auth'] },
    { verdict: 'ready', failed: [] },
  ]);
  expect(live).toEqual(diagnoses.flatMap(({ steps }, index) => steps.map(({ name }) => [index, name])));
});

test.each<[name: string, config: object, paths: (string | undefined)[]]>([
  ['a missing key', { provider: { name: 'resend' } }, ['provider.apiKey']],
  ['an unknown provider', { provider: { name: 'pigeon' } }, ['provider.name']],
  ['no object', { provider: 'resend' }, ['provider']],
  ['an empty list', { providers: [] }, ['providers']],
  ['no list', { providers: { name: 'resend' } }, ['providers']],
  [
    'problems of several providers',
    { providers: [{ name: 'resend' }, { name: 'smtp', host: '127.0.0.1', port: 'abc' }] },
    ['providers.0.apiKey', 'providers.1.port'],
  ],
])('reports the problems of the config: %s', async (_name, config, paths) => {
  const diagnoses = await diagnosed(config);
  expect(diagnoses.map(({ problem }) => problem?.path?.join('.'))).toEqual(paths);
  expect(diagnoses.map(outcomeOf)).toEqual(
    paths.map(() => expect.objectContaining({ verdict: 'broken', failed: ['config'] })),
  );
});

test('shows warnings next to the provider that they are about', async () => {
  const [one, other] = await diagnosed({ providers: [{ ...resend(), region: 'eu' }, resend()], pool: true });
  expect(one?.steps[0]?.problems.map(({ path }) => path)).toEqual([['pool'], ['providers', 0, 'region']]);
  expect(other?.steps[0]?.problems.map(({ path }) => path)).toEqual([['pool']]);
});
