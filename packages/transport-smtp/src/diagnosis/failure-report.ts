import { isLoopbackHost, type MailError, type MailStage } from '@postern/core';
import type { ServerConfig } from '../config/well-known-service.js';
import type { SmtpLogin } from '../connection/login.js';
import type { Provider } from '../provider/provider.js';
import { type AlternativePort, adviseAlternative, type Trouble, tryAlternatives } from './alternatives.js';
import type { AttemptLimits } from './connection-attempt.js';
import type { DiagnosisProblem, DiagnosisStepName } from './diagnosis.js';
import {
  type FailureFindings,
  isAboutCertificate,
  problemOfFailure,
  troubleOf,
} from './problem-of-failure.js';
import type { StepLog } from './step-log.js';
import { probeTls } from './tls-probe.js';

const STEP_OF_STAGE: Partial<Record<MailStage, DiagnosisStepName>> = {
  dns: 'dns',
  connect: 'connect',
  greeting: 'greeting',
  tls: 'tls',
  ehlo: 'ehlo',
  auth: 'auth',
  mail: 'mail',
  rcpt: 'rcpt',
};

/** Replaces a hint that suggests alternatives, if none of them work. */
function hintIfNothingWorks(trouble: Trouble, { code, response }: MailError): string | undefined {
  if (trouble === 'dialogue' && response === undefined)
    return 'The alternatives do not work either. Check that host and port belong to an SMTP server that accepts this machine.';
  return trouble === 'port' && code === 'timeout'
    ? 'The other ports do not answer either. Check host, and whether your network or hosting provider blocks SMTP.'
    : undefined;
}

/** The data that all steps of a diagnosis share. */
export interface DiagnosisContext {
  server: ServerConfig;
  login: SmtpLogin | undefined;
  provider: Provider | undefined;
  /** The problems that the rules found in the config. */
  problemsOfConfig: readonly DiagnosisProblem[];
  alternativePorts: readonly AlternativePort[] | undefined;
  limits: AttemptLimits;
  log: StepLog;
}

interface FailureReportOptions extends DiagnosisContext, Pick<FailureFindings, 'addresses'> {
  /** Describes what a step tries. */
  what: (name: DiagnosisStepName) => string;
}

/** Reports the failed step after trying alternatives. */
export async function reportFailure(
  error: MailError,
  {
    server,
    login,
    provider,
    limits,
    alternativePorts,
    problemsOfConfig,
    log,
    addresses,
    what,
  }: FailureReportOptions,
): Promise<void> {
  const failedAt = performance.now();
  const startedAt = log.endOfLast;
  const name = STEP_OF_STAGE[error.stage] ?? 'connect';
  const certificate = isAboutCertificate(error)
    ? (await probeTls(server, limits))?.facts.certificate
    : undefined;
  const problem = problemOfFailure(error, { provider, addresses, certificate, problemsOfConfig });
  const isLocalCertificate = isAboutCertificate(error) && isLoopbackHost(server.host);
  const trouble = isLocalCertificate
    ? 'certificate'
    : problem.temporary
      ? undefined
      : troubleOf(error, provider);
  const alternatives = trouble
    ? await tryAlternatives({ server, login, provider, trouble, ports: alternativePorts, limits })
    : [];
  const best = alternatives.find(({ works }) => works);
  const hint = trouble && alternatives.length > 0 ? hintIfNothingWorks(trouble, error) : undefined;
  log.report({
    name,
    status: 'failed',
    tried: what(name),
    summary: problem.message,
    durationMs: failedAt - startedAt,
    ...(error.response !== undefined && { response: error.response }),
    problems: [
      {
        ...problem,
        ...(hint !== undefined && { hint }),
        ...(best && { hint: adviseAlternative(best, server), patch: best.patch }),
        ...(alternatives.length > 0 && { alternatives }),
      },
    ],
  });
}
