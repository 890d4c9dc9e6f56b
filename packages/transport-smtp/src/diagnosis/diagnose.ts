import { functionSchema, MailError, objectWithMethods, parseRecipient, readOptions } from '@postern/core';
import { z } from 'zod';
import type { SmtpTransportConfig } from '../config/server-config.js';
import { serverName } from '../config/server-name.js';
import type { ServerConfig } from '../config/well-known-service.js';
import type { GetAccessToken } from '../connection/access-token-callback.js';
import { createLogin, type SmtpLogin } from '../connection/login.js';
import type { Lookup } from '../connection/socket.js';
import type { AlternativePort } from './alternatives.js';
import { type ReadConfig, readConfig } from './config-step.js';
import { type AttemptLimits, timeIsUp } from './connection-attempt.js';
import { reportConnection } from './connection-steps.js';
import type { Diagnosis, DiagnosisStep } from './diagnosis.js';
import { checkSenderDomain, type DnsResolver, systemResolver } from './sender-domain.js';
import { createStepLog, type StepLog } from './step-log.js';

/** What to diagnose: a whole connector config, or the SMTP part of one. */
export type DiagnoseConfig = SmtpTransportConfig & {
  /** The sender, for MAIL FROM and for the checks of its domain, which are left out without it. */
  fromEmail?: string | undefined;
};

const optionsSchema = z.strictObject({
  to: z.string().optional(),
  signal: objectWithMethods<AbortSignal>('an AbortSignal', 'addEventListener').optional(),
  onStep: functionSchema<(step: DiagnosisStep) => void>().optional(),
  deadlineMs: z.number().min(1).default(30_000),
  plaintextAuth: z.enum(['refuse', 'warn']).default('refuse'),
  getAccessToken: functionSchema<GetAccessToken>().optional(),
  lookup: functionSchema<Lookup>().optional(),
  resolver: objectWithMethods<DnsResolver>('a DNS resolver', 'resolveMx', 'resolveTxt').optional(),
  alternativePorts: z
    .array(z.strictObject({ port: z.int(), secure: z.boolean() }))
    .readonly()
    .optional(),
});

export interface DiagnoseOptions {
  /**
   * Ask the server whether it accepts email for this address. Nothing is sent.
   *
   * @default the address of the sender, and `postmaster@` a reserved domain: they show whether the server would refuse every
   * recipient (no login, no relaying, a blocklist), but not whether it accepts a certain one
   */
  to?: string | undefined;
  /** Stops at once. */
  signal?: AbortSignal | undefined;
  /** Called as each step ends, in order. What it throws ends the diagnosis. */
  onStep?: ((step: DiagnosisStep) => void) | undefined;
  /**
   * How long everything may take, in milliseconds. The connection has two thirds of it, where the config does not give up
   * earlier; the rest is for other ways to the server. @default 30,000
   */
  deadlineMs?: number | undefined;
  /** As of the transport whose emails are meant: with `'warn'`, it logs in over plain text, too. @default 'refuse' */
  plaintextAuth?: 'refuse' | 'warn' | undefined;
  /** As of the transport: gets the OAuth2 access token, and `auth` needs only `user`. */
  getAccessToken?: GetAccessToken | undefined;
  /** How the host becomes addresses. @default `dns.lookup`, as when sending */
  lookup?: Lookup | undefined;
  /** For the records of the sender's domain. @default the DNS servers of this machine */
  resolver?: DnsResolver | undefined;
  /** The ports to try when the one in the config fails. @default those of the provider, else 587, 465 and 2525 */
  alternativePorts?: readonly AlternativePort[] | undefined;
}

/**
 * Finds out why emails don't go out: walks the way of an email step by step, with the code that sends it, up to the
 * point where the message would follow. Says what was tried, what the server said, what that means, what to change, and
 * whether another port would do. Nothing is sent, and credentials go where they would go anyway.
 *
 * A config that can't work is a result like any other: what is wrong is in the steps.
 *
 * @throws {MailError} `aborted` when `signal` fires, `recipient_invalid` when `to` is no address
 *
 * @example
 * ```ts
 * const diagnosis = await diagnose(config, { to: 'ada@example.com' });
 * console.log(renderDiagnosis(diagnosis));
 * ```
 */
export async function diagnose(config: DiagnoseConfig, given: DiagnoseOptions = {}): Promise<Diagnosis> {
  const startedAt = performance.now();
  const options = readOptions(optionsSchema, given, 'diagnose');
  const { deadlineMs, plaintextAuth, getAccessToken } = options;
  const to = options.to === undefined ? undefined : parseRecipient(options.to);
  if (options.signal?.aborted) throw aborted();
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(timeIsUp()), deadlineMs);
  const endOfConnection = new AbortController();
  const patience = setTimeout(() => endOfConnection.abort(timeIsUp()), (deadlineMs * 2) / 3);

  const read = readConfig(config, getAccessToken !== undefined);
  const { server, provider } = read;
  const login = server && createLogin(server, getAccessToken);
  const broken = Promise.withResolvers<never>();
  let isOver = false;
  const giveUp = (error: unknown) => {
    isOver = true;
    broken.reject(error);
  };
  const log = createStepLog({
    secrets: () => login?.secrets() ?? [],
    recipient: to,
    onStep: (step) => {
      if (isOver) return;
      try {
        options.onStep?.(step);
      } catch (error) {
        giveUp(error); // not into the event handlers of a socket
      }
    },
  });
  options.signal?.addEventListener('abort', () => giveUp(aborted()), { signal: end.signal });
  try {
    reportConfig(read, log);
    const connectionDeadline = AbortSignal.any([endOfConnection.signal, end.signal]);
    const limits = { plaintextAuth, deadline: end.signal };
    const walk = server && { server, login, read, to, options, limits, connectionDeadline, log };
    await Promise.race([broken.promise, walk && walkAll(walk)]);
  } finally {
    isOver = true;
    clearTimeout(timer);
    clearTimeout(patience);
    // Not while onStep runs: Node crashes when a socket is destroyed by what listens to the end of its TLS handshake.
    setImmediate(() => end.abort());
    login?.close();
  }
  return conclude(log.steps, provider?.name, Math.round(performance.now() - startedAt));
}

/** For each record of the sender's domain, in milliseconds. */
const DNS_TIMEOUT = 5000;

const aborted = () => new MailError('aborted', 'The diagnosis was aborted.', { stage: 'pool' });

function reportConfig({ server, provider, problems }: ReadConfig, log: StepLog): void {
  const worst = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  const mode = server?.secure ? 'TLS from the first byte' : server?.ignoreTLS ? 'plain text' : 'STARTTLS';
  log.report({
    name: 'config',
    status: server ? (worst ? 'warning' : 'passed') : 'failed',
    tried: 'Read the config',
    summary: server
      ? `${serverName(server)}, ${mode}${provider ? ` (${provider.name})` : ''}`
      : (worst?.message ?? 'the config can’t be used'),
    ...(server && {
      facts: {
        host: server.host,
        port: server.port,
        secure: server.secure ?? false,
        ...(provider && { provider: provider.name }),
      },
    }),
    problems,
  });
}

interface Walk {
  server: ServerConfig;
  login: SmtpLogin | undefined;
  read: ReadConfig;
  to: string | undefined;
  options: DiagnoseOptions;
  limits: Pick<AttemptLimits, 'plaintextAuth' | 'deadline'>;
  connectionDeadline: AbortSignal;
  log: StepLog;
}

/** The connection, and meanwhile the domain of the sender, which does not depend on it. */
async function walkAll({
  server,
  login,
  read,
  to,
  options,
  limits,
  connectionDeadline,
  log,
}: Walk): Promise<void> {
  const { provider, sender, from, problems } = read;
  const { signal, lookup, alternativePorts } = options;
  const { deadline } = limits;
  const system = options.resolver ? undefined : systemResolver(DNS_TIMEOUT);
  const resolver = options.resolver ?? system;
  const startedAt = performance.now();
  const domain =
    from === undefined || !resolver
      ? Promise.resolve([])
      : checkSenderDomain(
          { from, envelopeFrom: sender ?? from },
          server.dkim,
          provider,
          withTimeout(resolver, DNS_TIMEOUT, deadline),
        );
  const domainTime = domain.then(() => performance.now() - startedAt);
  try {
    await reportConnection({
      server,
      login,
      user: userOf(server),
      provider,
      sender,
      to,
      limits: { ...limits, lookup, signal },
      connectionDeadline,
      alternativePorts,
      problemsOfConfig: problems,
      log,
    });
    for (const step of await domain) log.report({ ...step, durationMs: await domainTime });
  } finally {
    system?.cancel();
  }
}

/** Some providers use a token as the user name; only what is an address, or a word for everyone, is shown. */
function userOf({ auth }: ServerConfig): string {
  if (auth.type === undefined) return '';
  return auth.user.includes('@') || /^[a-z]{1,12}$/.test(auth.user) ? auth.user : '[hidden]';
}

/** A resolver that always answers in time, if only to say that it was too late. */
function withTimeout(resolver: DnsResolver, ms: number, deadline: AbortSignal): DnsResolver {
  const limit = <T>(answer: Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const late = () => reject(Object.assign(new Error('Timeout'), { code: 'ETIMEOUT' }));
    const timer = setTimeout(late, ms);
    deadline.addEventListener('abort', late, { once: true });
    answer.then(resolve, reject);
    return promise.finally(() => {
      clearTimeout(timer);
      deadline.removeEventListener('abort', late);
    });
  };
  return {
    resolveMx: (name) => limit(resolver.resolveMx(name)),
    resolveTxt: (name) => limit(resolver.resolveTxt(name)),
  };
}

function conclude(
  steps: readonly DiagnosisStep[],
  provider: string | undefined,
  durationMs: number,
): Diagnosis {
  const failed = steps.find(({ status }) => status === 'failed');
  const problem = failed?.problems[0];
  return {
    verdict: !failed ? 'ready' : problem?.temporary ? 'temporary' : 'broken',
    ...(provider !== undefined && { provider }),
    steps,
    ...(problem && { problem }),
    durationMs,
  };
}
