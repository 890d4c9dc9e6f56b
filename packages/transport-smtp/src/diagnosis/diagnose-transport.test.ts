import {
  ConfigError,
  type ConfigIssue,
  MailError,
  type MailErrorDetails,
  type Transport,
} from '@postern/core';
import { describe, expect, test } from 'vitest';
import {
  type DiagnoseTransportOptions,
  type Diagnosis,
  type DnsResolver,
  diagnoseTransport,
  renderDiagnosis,
} from '../index.js';

const resolver: DnsResolver = {
  resolveMx: async () => [{ exchange: 'mx.example.com', priority: 10 }],
  resolveTxt: async (name) => [[name.startsWith('_dmarc.') ? 'v=DMARC1; p=reject' : 'v=spf1 -all']],
};

function transportWith(verify: Transport['verify']) {
  const closed: string[] = [];
  const close = async () => void closed.push('closed');
  const send = () => Promise.reject(new Error('A diagnosis sends no email.'));
  return { closed, transport: { name: 'test', send, verify, close, [Symbol.asyncDispose]: close } };
}

async function diagnosed(
  verify: Transport['verify'],
  options: Partial<DiagnoseTransportOptions> = {},
): Promise<Diagnosis> {
  const { closed, transport } = transportWith(verify);
  const diagnosis = await diagnoseTransport(() => transport, {
    ...{ provider: 'Resend', fromEmail: 'Example <noreply@example.com>', resolver, ...options },
  });
  expect(closed).toEqual(['closed']);
  return diagnosis;
}

const statusesOf = ({ steps }: Diagnosis) => steps.map(({ name, status }) => `${name} ${status}`);

test('reports the steps of a ready transport, and the domain of the sender without SPF', async () => {
  const live: string[] = [];
  const diagnosis = await diagnosed(async () => {}, {
    to: 'ada@example.org',
    onStep: ({ name }) => live.push(name),
  });
  expect(statusesOf(diagnosis)).toEqual([
    'config passed',
    'connect passed',
    'auth passed',
    'mail passed',
    'rcpt skipped',
    'mx passed',
    'dmarc passed',
  ]);
  expect(live).toEqual(diagnosis.steps.map(({ name }) => name));
  expect(diagnosis).toMatchObject({ verdict: 'ready', provider: 'Resend' });
  expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
});

test('skips the checks of the sender if the config has none', async () => {
  expect(statusesOf(await diagnosed(async () => {}, { fromEmail: undefined }))).toEqual([
    'config passed',
    'connect passed',
    'auth passed',
    'mail skipped',
  ]);
});

describe('a failed check fails the step of its stage', () => {
  const sender = ['mx passed', 'dmarc passed'];
  test.each<
    [MailError['code'], Partial<MailErrorDetails> & Pick<MailErrorDetails, 'stage'>, string[], string]
  >([
    ['connection_failed', { stage: 'dns' }, ['dns failed'], 'broken'],
    ['connection_failed', { stage: 'connect', retryable: true }, ['connect failed'], 'temporary'],
    ['tls_failed', { stage: 'tls' }, ['tls failed'], 'broken'],
    ['timeout', { stage: 'connect', retryable: true }, ['connect failed'], 'temporary'],
    ['config_invalid', { stage: 'connect' }, ['connect failed'], 'broken'],
    ['auth_failed', { stage: 'auth' }, ['connect passed', 'auth failed'], 'broken'],
    ['sender_rejected', { stage: 'mail' }, ['connect passed', 'auth passed', 'mail failed'], 'broken'],
    ['rate_limited', { stage: 'pool', retryable: true }, ['connect failed'], 'temporary'],
  ])('%s at %o', async (code, details, steps, verdict) => {
    const error = new MailError(code, 'Resend said no.', {
      retryable: false,
      hint: 'Look at https://resend.com/domains.',
      response: '403 not verified',
      ...details,
    });
    const diagnosis = await diagnosed(() => Promise.reject(error));
    expect(statusesOf(diagnosis)).toEqual(['config passed', ...steps, ...sender]);
    expect(diagnosis).toMatchObject({
      verdict,
      problem: { code, message: error.message, hint: error.hint, temporary: details.retryable ?? false },
    });
    expect(renderDiagnosis(diagnosis)).toContain('server: 403 not verified');
  });
});

test('an error of the config ends the diagnosis at its first step', async () => {
  const issue: ConfigIssue = {
    severity: 'error',
    path: ['apiKey'],
    code: 'missing',
    message: 'apiKey is required',
  };
  const fail = () => {
    throw new ConfigError([issue]);
  };
  for (const diagnosis of [
    await diagnoseTransport(fail, { provider: 'Resend' }),
    await diagnoseTransport(() => expect.unreachable(), { provider: 'Resend', issues: [issue] }),
  ]) {
    expect(statusesOf(diagnosis)).toEqual(['config failed']);
    expect(diagnosis.problem).toMatchObject({ path: ['apiKey'], code: 'config_invalid' });
  }
});

test('shows warnings of the config', async () => {
  const issue: ConfigIssue = {
    severity: 'warning',
    path: ['x'],
    code: 'unknown_key',
    message: 'unknown key x',
  };
  const diagnosis = await diagnosed(async () => {}, { issues: [issue], url: 'https://proxy.example.com' });
  expect(diagnosis.verdict).toBe('ready');
  expect(diagnosis.steps[0]).toMatchObject({
    status: 'warning',
    summary: 'the API of Resend, https://proxy.example.com',
    problems: [{ message: 'unknown key x' }],
  });
});

test('a signal stops the diagnosis', async () => {
  const end = new AbortController();
  const { closed, transport } = transportWith(async ({ signal } = {}) => {
    end.abort();
    throw new MailError('aborted', `Aborted: ${signal?.aborted}.`, { stage: 'connect' });
  });
  const steps: string[] = [];
  const options = {
    provider: 'Resend',
    signal: end.signal,
    onStep: ({ name }: { name: string }) => steps.push(name),
  };
  await expect(diagnoseTransport(() => transport, options)).rejects.toMatchObject({ code: 'aborted' });
  expect(steps).toEqual(['config']);
  expect(closed).toEqual(['closed']);
  await expect(diagnoseTransport(() => transport, options)).rejects.toMatchObject({ code: 'aborted' });
});
