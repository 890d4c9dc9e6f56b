import {
  ConfigError,
  type ConfigIssue,
  functionSchema,
  MailError,
  type MailStage,
  objectWithMethods,
  parseRecipient,
  readOptions,
  readSender,
  type Transport,
} from '@postern/core';
import * as z from 'zod';
import { conclude } from './conclusion.js';
import { toProblem } from './config-step.js';
import type { Diagnosis, DiagnosisProblem, DiagnosisStep, DiagnosisStepName } from './diagnosis.js';
import { type DnsResolver, openResolver } from './dns-resolver.js';
import { checkSenderDomain } from './sender-domain.js';
import { createStepLog, type StepLog } from './step-log.js';

const optionsSchema = z.strictObject({
  provider: z.string().min(1),
  url: z.url().optional(),
  fromEmail: z.string().optional(),
  issues: z.array(z.custom<ConfigIssue>()).readonly().default([]),
  to: z.string().optional(),
  signal: objectWithMethods<AbortSignal>('an AbortSignal', 'addEventListener').optional(),
  onStep: functionSchema<(step: DiagnosisStep) => void>().optional(),
  deadlineMs: z.number().min(1).default(30_000),
  resolver: objectWithMethods<DnsResolver>('a DNS resolver', 'resolveMx', 'resolveTxt').optional(),
});

export interface DiagnoseTransportOptions {
  /** The name of the provider in the report, such as `Resend`. */
  provider: string;
  /** The URL of its API, if it is not the usual one. */
  url?: string | undefined;
  /** The sender. Without it, the sender and its domain are not checked. */
  fromEmail?: string | undefined;
  /** Problems of the config, for the first step. With an error, no other step follows. @default none */
  issues?: readonly ConfigIssue[] | undefined;
  /** The recipient. The report says that only a server can check it. */
  to?: string | undefined;
  /** Stops the diagnosis immediately. */
  signal?: AbortSignal | undefined;
  /** Called when each step ends, in order. An exception ends the diagnosis. */
  onStep?: ((step: DiagnosisStep) => void) | undefined;
  /** Maximum time for the diagnosis, in milliseconds. @default 30,000 */
  deadlineMs?: number | undefined;
  /** Looks up the records of the sender's domain. @default the DNS servers of this machine */
  resolver?: DnsResolver | undefined;
}

/** The steps that `verify` goes through. It fails at one of them, or passes all. */
const PATH = ['connect', 'auth', 'mail'] as const;

/** A failure at one of these stages belongs to the first step of the path. */
const BEFORE_CONNECT: readonly MailStage[] = ['dns', 'tls'];

const TRIED: Readonly<Record<(typeof PATH)[number] | 'dns' | 'tls', string>> = {
  dns: 'Look up the host of the API',
  connect: 'Call the API',
  tls: 'Check the certificate of the API',
  auth: 'Check the credentials',
  mail: 'Check whether the account may send',
};

/**
 * Finds out why emails are not sent through a transport without a dialogue, such as the API of a provider. Reports the same
 * steps as `diagnose`, as far as `transport.verify()` reveals them, and checks the domain of the sender. Sends no email, and
 * closes the transport.
 *
 * @param open - creates the transport. The issues of a `ConfigError` become problems of the first step.
 * @throws {MailError} `aborted` if `signal` is aborted, `recipient_invalid` if `to` is not an address
 *
 * @example
 * ```ts
 * const diagnosis = await diagnoseTransport(() => createResendTransport({ apiKey }), { provider: 'Resend' });
 * console.log(renderDiagnosis(diagnosis));
 * ```
 */
export async function diagnoseTransport(
  open: () => Transport,
  given: DiagnoseTransportOptions,
): Promise<Diagnosis> {
  const startedAt = performance.now();
  const options = readOptions(optionsSchema, given, 'diagnoseTransport');
  const { provider, onStep, deadlineMs } = options;
  const to = options.to === undefined ? undefined : parseRecipient(options.to);
  if (options.signal?.aborted) throw aborted();
  // The transport removes secrets from its errors.
  const log = createStepLog({ secrets: () => [], recipient: to, onStep });
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;

  const transport = openAndReport(open, options, log);
  if (transport) {
    const from = senderOf(options.fromEmail);
    const dns = openResolver(options.resolver, signal);
    const domain = from === undefined ? [] : checkDomain(from, dns.resolver);
    try {
      await reportVerify(transport, { provider, from, signal, stop: options.signal }, log);
      if (to !== undefined) reportRecipient(log);
      for (const step of await domain) log.report(step);
    } finally {
      dns.cancel();
      await transport.close();
    }
  }
  return conclude(log.steps, provider, Math.round(performance.now() - startedAt));
}

const aborted = () => new MailError('aborted', 'The diagnosis was aborted.', { stage: 'pool' });

/** The envelope sender is an address of the provider. */
const checkDomain = (from: string, resolver: DnsResolver) =>
  checkSenderDomain({ from, envelopeFrom: undefined, dkim: undefined, provider: undefined }, resolver);

function senderOf(fromEmail: string | undefined): string | undefined {
  try {
    return fromEmail ? readSender(fromEmail).address : undefined;
  } catch {
    return undefined; // The issues contain the problem.
  }
}

function openAndReport(
  open: () => Transport,
  { provider, url, issues }: Pick<z.output<typeof optionsSchema>, 'provider' | 'url' | 'issues'>,
  log: StepLog,
): Transport | undefined {
  const base = { name: 'config', tried: 'Read the config' } as const;
  const problems = issues.map(toProblem);
  const fail = (all: readonly DiagnosisProblem[]) => {
    const worst = all.find(({ severity }) => severity === 'error');
    log.report({
      ...base,
      status: 'failed',
      summary: worst?.message ?? 'the config is not valid',
      problems: all,
    });
    return undefined;
  };
  if (problems.some(({ severity }) => severity === 'error')) return fail(problems);
  try {
    const transport = open();
    const host = url === undefined ? '' : `, ${url}`;
    const status = problems.length > 0 ? 'warning' : 'passed';
    log.report({ ...base, status, summary: `the API of ${provider}${host}`, problems });
    return transport;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return fail([...error.issues.map(toProblem), ...problems]);
  }
}

interface Question {
  provider: string;
  from: string | undefined;
  /** Aborted at the deadline, and by `stop`. */
  signal: AbortSignal;
  stop: AbortSignal | undefined;
}

async function reportVerify(
  transport: Transport,
  { provider, from, signal, stop }: Question,
  log: StepLog,
): Promise<void> {
  const summaries = {
    connect: `${provider} responds`,
    auth: `${provider} accepts the credentials`,
    mail: from === undefined ? 'the config has no sender' : `${provider} reports no problem with ${from}`,
  };
  const pass = (name: (typeof PATH)[number]) =>
    log.report({
      name,
      status: name === 'mail' && from === undefined ? 'skipped' : 'passed',
      tried: TRIED[name],
      summary: summaries[name],
    });
  try {
    await transport.verify({ signal });
    for (const name of PATH) pass(name);
  } catch (error) {
    if (stop?.aborted) throw aborted();
    if (!(error instanceof MailError)) throw error;
    const { code, message, hint, retryable, response } = error;
    const failed = stepOf(error);
    for (const name of PATH) {
      if (name === failed || BEFORE_CONNECT.includes(failed as MailStage)) break; // step names are stages
      pass(name);
    }
    log.report({
      name: failed,
      status: 'failed',
      tried: TRIED[failed],
      summary: message,
      ...(response !== undefined && { response }),
      problems: [
        { severity: 'error', code, message, ...(hint !== undefined && { hint }), temporary: retryable },
      ],
    });
  }
}

const isStep = (stage: string): stage is keyof typeof TRIED => Object.hasOwn(TRIED, stage);

const stepOf = ({ stage }: MailError): keyof typeof TRIED & DiagnosisStepName =>
  isStep(stage) ? stage : 'connect';

const reportRecipient = (log: StepLog): void =>
  log.report({
    name: 'rcpt',
    status: 'skipped',
    tried: 'Check the recipient',
    summary: 'the API cannot check a recipient without sending an email',
  });
