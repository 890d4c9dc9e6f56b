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

/** Its own hint may say to try what was tried meanwhile. */
function hintIfNothingWorks(trouble: Trouble, { code, response }: MailError): string | undefined {
  if (trouble === 'dialogue' && response === undefined)
    return 'What else was tried does not work either: check that host and port are those of an SMTP server that serves this machine.';
  return trouble === 'port' && code === 'timeout'
    ? 'The other ports do not answer either: check host, and whether this machine’s network or hosting provider blocks email.'
    : undefined;
}

/** What all of one diagnosis has to go by. */
export interface DiagnosisContext {
  server: ServerConfig;
  login: SmtpLogin | undefined;
  provider: Provider | undefined;
  /** What the rules said about the config. */
  problemsOfConfig: readonly DiagnosisProblem[];
  alternativePorts: readonly AlternativePort[] | undefined;
  limits: AttemptLimits;
  log: StepLog;
}

interface FailureReportOptions extends DiagnosisContext, Pick<FailureFindings, 'addresses'> {
  /** What a step tries. */
  what: (name: DiagnosisStepName) => string;
}

/** Reports the step that failed, once it is known what else would have worked. */
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
