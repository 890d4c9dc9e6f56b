import { apiProviders, type ConfigIssue, inspectConnectorConfig, parseProviders } from '@postern/core';
import type { DiagnoseOptions, Diagnosis, DiagnosisProblem, DiagnosisStep } from '@postern/transport-smtp';
import { createTransport, type TransportConfig, type TransportOptions } from './create-transport.js';

/** Options of {@link diagnoseConfig}. */
export interface DiagnoseConfigOptions extends Omit<DiagnoseOptions, 'onStep'> {
  /** Called when each step ends, in order. `provider` is its position in the result. An exception ends the diagnosis. */
  onStep?: ((step: DiagnosisStep, provider: number) => void) | undefined;
  /** Options of the transports of APIs. */
  api?: TransportOptions['api'];
}

type Path = ConfigIssue['path'];
type Raw = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const startsWith = (path: Path, start: Path) => start.every((part, index) => path[index] === part);

/** The providers of a config, as written. Undefined if the config describes an SMTP server. */
function entriesOf({ provider, providers }: TransportConfig): { entry: unknown; path: Path }[] | undefined {
  if (provider) return [{ entry: provider, path: ['provider'] }];
  if (!providers) return undefined;
  return Array.isArray(providers)
    ? providers.map((entry: unknown, index) => ({ entry, path: ['providers', index] }))
    : [];
}

/**
 * Finds out why emails are not sent with a config: an SMTP server, the API of a provider, or several providers. Diagnoses each
 * provider in order, with `diagnose` or `diagnoseTransport` of `@postern/transport-smtp`. Sends no email.
 *
 * An invalid config does not throw. Its problems are in the steps of the result.
 *
 * @returns one diagnosis for each provider
 * @throws {MailError} `aborted` if `signal` is aborted, `recipient_invalid` if `to` is not an address
 *
 * @example
 * ```ts
 * for (const diagnosis of await diagnoseConfig(config)) console.log(renderDiagnosis(diagnosis));
 * ```
 */
export async function diagnoseConfig(
  config: TransportConfig,
  options: DiagnoseConfigOptions = {},
): Promise<readonly Diagnosis[]> {
  const { diagnose, diagnoseTransport } = await import('@postern/transport-smtp');
  const { onStep, api, ...shared } = options;
  const entries = entriesOf(config);
  if (!entries) return [await diagnose(config, { ...shared, onStep: onStep && ((step) => onStep(step, 0)) })];

  const { fromEmail } = config;
  const issues = issuesOf(config);
  const ofServer = async ({ name: _, ehloName, ...server }: Raw, path: Path, index: number) => {
    const onServerStep = onStep && ((step: DiagnosisStep) => onStep(moved(step, path), index));
    const whole = { ...server, ...(typeof ehloName === 'string' && { name: ehloName }), fromEmail };
    const { steps, problem, ...diagnosis } = await diagnose(whole, { ...shared, onStep: onServerStep });
    return {
      ...{ ...diagnosis, steps: steps.map((step) => moved(step, path)) },
      ...(problem && { problem: movedProblem(problem, path) }),
    };
  };
  const ofApi = ({ name, baseUrl }: Raw, path: Path, index: number) => {
    const { to, signal, deadlineMs, resolver } = shared;
    const title = apiProviders.find((each) => each.name === name)?.title ?? 'the provider';
    return diagnoseTransport(
      () => {
        // It is not called if the config has an error.
        const parsed = parseProviders(config)[index];
        return createTransport({ fromEmail, provider: parsed }, { api });
      },
      {
        ...{ provider: title, fromEmail, to, signal, deadlineMs, resolver },
        ...(typeof baseUrl === 'string' && URL.canParse(baseUrl) && { url: baseUrl }),
        issues: issues.filter((issue) => !isOfAnother(issue.path, path)),
        onStep: onStep && ((step) => onStep(step, index)),
      },
    );
  };
  if (entries.length === 0) return [await ofApi({}, ['providers'], 0)];
  const diagnoses: Diagnosis[] = [];
  for (const [index, { entry, path }] of entries.entries()) {
    const raw = isRecord(entry) ? entry : {};
    diagnoses.push(await (raw.name === 'smtp' ? ofServer : ofApi)(raw, path, index));
  }
  return diagnoses;
}

const movedProblem = (problem: DiagnosisProblem, path: Path): DiagnosisProblem =>
  problem.path && problem.path[0] !== 'fromEmail'
    ? { ...problem, path: [...path, ...problem.path] }
    : problem;

const moved = (step: DiagnosisStep, path: Path): DiagnosisStep => ({
  ...step,
  problems: step.problems.map((problem) => movedProblem(problem, path)),
});

/** Whether an issue is about another provider in the list. */
const isOfAnother = (path: Path, own: Path) =>
  path[0] === 'providers' && path.length > 1 && !startsWith(path, own);

/** The issues that concern the delivery. */
const issuesOf = (config: unknown): ConfigIssue[] =>
  inspectConnectorConfig(config).issues.filter(
    ({ path: [key], code }) =>
      key !== 'templates' && key !== 'defaultLocale' && !(key === 'fromEmail' && code === 'missing'),
  );
