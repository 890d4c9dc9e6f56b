import type { Socket } from 'node:net';
import { isLoopbackHost, MailError, type MailStage } from '@postern/core';
import { serverName } from '../config/server-name.js';
import { tlsIsRequired } from '../connection/session-options.js';
import { dayOf } from './certificate-facts.js';
import { attemptConnection, type WatchedSession } from './connection-attempt.js';
import type { DiagnosisProblem, DiagnosisStepName } from './diagnosis.js';
import { ehloFactsOf, offersStartTls } from './ehlo-facts.js';
import { type DiagnosisContext, reportFailure } from './failure-report.js';
import type { FailureFindings } from './problem-of-failure.js';
import { askRecipients, describeQuestion, recipientsIn } from './recipient-step.js';
import type { StepReport } from './step-log.js';
import { probeTls, type TlsFindings } from './tls-probe.js';

/** Certificates that expire within this many days get a warning. */
const SOON_DAYS = 14;

export interface ConnectionStepsOptions extends DiagnosisContext {
  /** The username, hidden if it may be a secret. */
  user: string;
  sender: string | undefined;
  to: string | undefined;
  /** Ends the connection early enough to try alternatives. */
  connectionDeadline: AbortSignal;
}

const warn = (message: string, hint: string): DiagnosisProblem => ({
  severity: 'warning',
  message,
  hint,
  temporary: false,
});

const problemsOfTls = (
  {
    facts: {
      certificate: { daysLeft },
    },
    isTrusted,
  }: TlsFindings,
  isLoopback: boolean,
): DiagnosisProblem[] => [
  ...(isTrusted || isLoopback
    ? []
    : [
        warn(
          'The certificate is not verified, so an attacker on the network could impersonate the server.',
          'Remove tls.rejectUnauthorized. If the certificate is yours, set tls.ca to it.',
        ),
      ]),
  ...(daysLeft < SOON_DAYS
    ? [
        warn(
          `The certificate expires in ${daysLeft} days.`,
          'Renew it, or ask the server operator to renew it.',
        ),
      ]
    : []),
];

const firstLine = (reply: string) => reply.split(/\r?\n/, 1)[0] ?? '';

/**
 * Follows the delivery path of the transport, from the DNS lookup to the reply about the recipient. Reports each step when it
 * ends, and stops at the first failure.
 */
export async function reportConnection(options: ConnectionStepsOptions): Promise<void> {
  const { server, login, user, sender, to, limits, log } = options;
  const { host, port, secure = false } = server;
  const where = serverName({ host, port });
  let addresses: FailureFindings['addresses'] = [];
  let isSecured = false;
  let connections = 0;
  let lastReply = '';
  let session: WatchedSession | undefined;
  /** Keeps the steps in order. Steps after TLS wait for the probe. */
  let reported: Promise<void> = Promise.resolve();
  const report = (step: StepReport | (() => Promise<StepReport>)) => {
    const endedAt = performance.now();
    reported = reported.then(async () =>
      log.report(typeof step === 'function' ? await step() : step, endedAt),
    );
  };

  const tried: Partial<Record<DiagnosisStepName, string>> = {
    dns: `Look up ${host}`,
    connect: `Connect to ${where}`,
    greeting: `Wait for the greeting from ${where}`,
    tls: secure ? 'Start implicit TLS' : 'Upgrade to TLS (STARTTLS)',
    ehlo: 'Send EHLO',
    auth: `Log in as ${user}`,
    mail: `Check whether ${sender} may send`,
    rcpt: describeQuestion(recipientsIn(sender, to)),
  };
  const what = (name: DiagnosisStepName) => tried[name] ?? name;

  const onLookedUp = (found: FailureFindings['addresses']) => {
    addresses = found;
    const of = (family: number) =>
      found.filter((each) => each.family === family).map(({ address }) => address);
    const summary = found.map(({ address }) => address).join(', ');
    const facts = { a: of(4), aaaa: of(6) };
    report({ name: 'dns', status: 'passed', tried: what('dns'), summary, facts });
  };

  const onConnected = ({ remoteAddress = '' }: Socket) => {
    connections += 1;
    report({
      name: 'connect',
      status: 'passed',
      tried: what('connect'),
      summary: `${remoteAddress} port ${port}`,
      facts: { address: remoteAddress, port },
    });
  };

  const onSecured = () => {
    // A login can use two connections.
    if (isSecured) return;
    isSecured = true;
    report(async () => {
      const findings = await probeTls(server, limits);
      const base = { name: 'tls', tried: what('tls') } as const;
      if (!findings) return { ...base, status: 'passed', summary: 'TLS is established' };
      const { facts } = findings;
      const { names, validTo } = facts.certificate;
      const problems = problemsOfTls(findings, isLoopbackHost(host));
      const summary = `${facts.version}, certificate for ${names.join(', ')} until ${dayOf(validTo)}`;
      return { ...base, status: problems.length > 0 ? 'warning' : 'passed', summary, facts, problems };
    });
  };

  const reportPlainText = () => {
    const isSafe = isLoopbackHost(host);
    report({
      name: 'tls',
      status: isSafe ? 'skipped' : 'warning',
      tried: what('tls'),
      summary: 'the connection uses plain text',
      durationMs: 0,
      problems: isSafe
        ? []
        : [
            warn(
              `${login ? 'The password and all emails' : 'All emails'}, including the codes in them, are sent in plain text.`,
              server.ignoreTLS
                ? 'Remove ignoreTLS.'
                : 'Use port 465 with "secure": true, or a port that offers STARTTLS.',
            ),
          ],
    });
  };

  const onEhlo = (reply: string) => {
    const isTlsToCome =
      tlsIsRequired({ config: server, login, plaintextAuth: limits.plaintextAuth }) ||
      (!server.ignoreTLS && offersStartTls(reply));
    // On this machine, a failed TLS handshake leads to plain text.
    if (!isSecured && isTlsToCome && connections === 1) return;
    if (!isSecured) reportPlainText();
    const facts = ehloFactsOf(reply);
    const auth = facts.auth.length > 0 ? `AUTH ${facts.auth.join(' ')}` : 'no AUTH';
    const size = facts.size === undefined ? [] : [`messages up to ${Math.round(facts.size / 1_000_000)} MB`];
    const others = [...(facts.eightBitMime ? ['8BITMIME'] : []), ...(facts.smtpUtf8 ? ['SMTPUTF8'] : [])];
    report({
      name: 'ehlo',
      status: 'passed',
      tried: what('ehlo'),
      summary: [auth, ...size, ...others].join(', '),
      response: reply,
      facts,
    });
  };

  const onReply = (stage: MailStage, reply: string) => {
    lastReply = reply;
    // Refusals are reported when the attempt fails.
    if (stage === 'greeting' && reply.startsWith('220')) {
      const summary = firstLine(reply).slice(4);
      report({ name: 'greeting', status: 'passed', tried: what('greeting'), summary, response: reply });
    }
    if (stage === 'ehlo' && reply.startsWith('250')) onEhlo(reply);
  };

  try {
    session = await attemptConnection(
      server,
      login,
      { ...limits, deadline: options.connectionDeadline },
      { onLookedUp, onConnected, onSecured, onReply },
    );
    if (login) {
      const { mechanisms } = session;
      const refused = mechanisms.slice(0, -1);
      const mechanism = mechanisms.at(-1) ?? '';
      report({
        name: 'auth',
        status: refused.length > 0 ? 'warning' : 'passed',
        tried: what('auth'),
        summary: `logged in as ${user} (${mechanism})`,
        response: lastReply,
        facts: { user, mechanism },
        problems: refused.map((each) => ({
          ...warn(
            `The server offers ${each} but rejects it; ${mechanism} works.`,
            `Set "authMethod": "${mechanism}". The server may count each rejection as a failed login.`,
          ),
          patch: { authMethod: mechanism },
        })),
      });
    } else {
      report({
        name: 'auth',
        status: 'skipped',
        tried: 'Log in',
        summary: 'the config has no credentials',
      });
    }
    if (sender === undefined) return;
    const taken = await session.askSender(sender, to);
    report({
      name: 'mail',
      status: 'passed',
      tried: what('mail'),
      summary: `${sender} may send`,
      response: taken,
      facts: { from: sender },
    });
    report(
      await askRecipients(session, { sender, to, hasLogin: login !== undefined, provider: options.provider }),
    );
  } catch (error) {
    if (!(error instanceof MailError) || limits.signal?.aborted) throw error;
    await reported;
    await reportFailure(error, { ...options, addresses, what });
  } finally {
    await reported;
    await session?.quit();
  }
}
