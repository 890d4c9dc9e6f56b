import {
  functionSchema,
  type GetAccessToken,
  MailError,
  objectWithMethods,
  parseRecipient,
  readOptions,
} from '@postern/core';
import * as z from 'zod';
import type { SmtpTransportConfig } from '../config/server-config.js';
import { serverName } from '../config/server-name.js';
import type { ServerConfig } from '../config/well-known-service.js';
import { createLogin, type SmtpLogin } from '../connection/login.js';
import type { Lookup } from '../connection/socket.js';
import type { AlternativePort } from './alternatives.js';
import { conclude } from './conclusion.js';
import { type ReadConfig, readConfig } from './config-step.js';
import { type AttemptLimits, timeIsUp } from './connection-attempt.js';
import { reportConnection } from './connection-steps.js';
import type { Diagnosis, DiagnosisStep } from './diagnosis.js';
import { type DnsResolver, openResolver } from './dns-resolver.js';
import { checkSenderDomain } from './sender-domain.js';
import { createStepLog, type StepLog } from './step-log.js';

/** The config to diagnose: a whole connector config, or its SMTP part. */
export type DiagnoseConfig = SmtpTransportConfig & {
  /** The sender, for MAIL FROM and for the checks of its domain. Without it, both are skipped. */
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
   * Checks whether the server accepts email for this address. Sends no email.
   *
   * @default the address of the sender, and `postmaster@` at a reserved domain. They show whether the server would reject all
   * recipients (no login, no relaying, a blocklist), but not whether it accepts a specific one
   */
  to?: string | undefined;
  /** Stops the diagnosis immediately. */
  signal?: AbortSignal | undefined;
  /** Called when each step ends, in order. An exception ends the diagnosis. */
  onStep?: ((step: DiagnosisStep) => void) | undefined;
  /**
   * Maximum time for the diagnosis, in milliseconds. The connection gets at most two-thirds of it. The rest is for alternatives.
   * @default 30,000
   */
  deadlineMs?: number | undefined;
  /** Set it to the value of the transport. With `'warn'`, credentials can be sent in plain text. @default 'refuse' */
  plaintextAuth?: 'refuse' | 'warn' | undefined;
  /** Set it to the value of the transport. Returns OAuth2 access tokens, so that `auth` needs only `user`. */
  getAccessToken?: GetAccessToken | undefined;
  /** Resolves the host name. @default `dns.lookup` */
  lookup?: Lookup | undefined;
  /** Looks up the records of the sender's domain. @default the DNS servers of this machine */
  resolver?: DnsResolver | undefined;
  /** The ports to try if the configured one fails. @default those of the provider, or 587, 465, and 2525 */
  alternativePorts?: readonly AlternativePort[] | undefined;
}

/**
 * Finds out why emails are not sent. Follows the delivery path step by step, with the code that sends emails, and stops before
 * the message. Reports each attempt, the server's reply, its meaning, what to change, and whether another port works. Sends no
 * email, and sends credentials only to the configured server.
 *
 * An invalid config does not throw. Its problems are in the steps of the result.
 *
 * @throws {MailError} `aborted` if `signal` is aborted, `recipient_invalid` if `to` is not an address
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
        giveUp(error); // must not reach the event handlers of a socket
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
    // Not while `onStep` runs: Node.js crashes if a listener of the TLS handshake destroys the socket.
    setImmediate(() => end.abort());
    login?.close();
  }
  return conclude(log.steps, provider?.name, Math.round(performance.now() - startedAt));
}

const aborted = () => new MailError('aborted', 'The diagnosis was aborted.', { stage: 'pool' });

function reportConfig({ server, provider, problems }: ReadConfig, log: StepLog): void {
  const worst = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  const mode = server?.secure ? 'implicit TLS' : server?.ignoreTLS ? 'plain text' : 'STARTTLS';
  log.report({
    name: 'config',
    status: server ? (worst ? 'warning' : 'passed') : 'failed',
    tried: 'Read the config',
    summary: server
      ? `${serverName(server)}, ${mode}${provider ? ` (${provider.name})` : ''}`
      : (worst?.message ?? 'the config is not valid'),
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

/** Checks the connection and, in parallel, the domain of the sender. */
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
  const dns = openResolver(options.resolver, deadline);
  const startedAt = performance.now();
  const domain =
    from === undefined
      ? Promise.resolve([])
      : checkSenderDomain({ from, envelopeFrom: sender ?? from, dkim: server.dkim, provider }, dns.resolver);
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
    dns.cancel();
  }
}

/** Shows a username only if it is an address or a common word, because some providers use a token as the username. */
function userOf({ auth }: ServerConfig): string {
  if (auth.type === undefined) return '';
  return auth.user.includes('@') || /^[a-z]{1,12}$/.test(auth.user) ? auth.user : '[hidden]';
}
