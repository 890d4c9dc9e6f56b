import { type ApiProvider, apiProviders, inspectConnectorConfig, parseRecipient } from '@postern/core';
import { type ProviderChoice, providerChoices, providerRules } from '@postern/transport-smtp';
import { CommandError } from '../command-error.js';
import { fitsEnvFile } from './env-text.js';
import type { Questions, Validate } from './questions.js';
import {
  type Answers,
  type SmtpAnswers,
  type StarterVariable,
  starterConfig,
  variablesOf,
} from './starter-config.js';

/** The answers from flags. */
export interface GivenAnswers {
  readonly provider?: string | undefined;
  readonly api?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly from?: string | undefined;
  readonly user?: string | undefined;
  readonly passEnv: string;
}

/** One required value, and how to get it. */
interface Wanted {
  readonly flag: string;
  readonly given: string | undefined;
  readonly message: string;
  /** The initial value of the question, and the default outside a terminal. */
  readonly standard?: string | undefined;
  readonly validate?: Validate;
}

const missingFlag = (flag: string) =>
  new CommandError('usage', `${flag} is required when the command does not run in a terminal.`, {
    hint: 'Run it in a terminal, or pass one of these sets of flags: --api and --from; or --provider (or --host), --from, and --user.',
  });

async function find(
  { flag, given, message, standard, validate = () => undefined }: Wanted,
  questions: Questions | undefined,
): Promise<string> {
  if (given === undefined && questions) {
    return questions.ask(message, { validate, ...(standard !== undefined && { initialValue: standard }) });
  }
  const answer = given ?? standard;
  if (answer === undefined) throw missingFlag(flag);
  const problem = validate(answer);
  if (problem !== undefined) throw new CommandError('usage', `${flag}: ${problem}.`);
  return answer;
}

/** Values that are not empty. */
const placeholdersFor = (answers: Answers): Record<string, string> =>
  Object.fromEntries(variablesOf(answers).map(({ name }) => [name, 'x']));

/** The problem of one field of the config, if any. */
const problemOf = (answers: Answers, field: string): string | undefined =>
  inspectConnectorConfig(starterConfig(answers), {
    variables: placeholdersFor(answers),
  }).issues.find(({ path, severity }) => severity === 'error' && path.includes(field))?.message;

/**
 * Collects the values for a config from flags, then from questions, then (outside a terminal) from defaults.
 *
 * @throws {CommandError} `usage` if a flag is not valid, or is missing outside a terminal
 */
export async function collectAnswers(
  given: GivenAnswers,
  questions: Questions | undefined,
): Promise<Answers> {
  const api = await chooseApi(given, questions);
  if (!api) return collectSmtpAnswers(given, questions);
  const fromEmail = await findSender(given, { host: 'localhost', port: 25, passVariable: '' }, questions);
  return { api, fromEmail };
}

/** Asks whether to use an API, and which one. Returns `undefined` for SMTP. */
async function chooseApi(
  { api, provider, host }: GivenAnswers,
  questions: Questions | undefined,
): Promise<ApiProvider | undefined> {
  const providers: readonly ApiProvider[] = apiProviders;
  if (api !== undefined) return providers.find(({ name }) => name === api);
  if (!questions || provider !== undefined || host !== undefined) return undefined;
  const way = await questions.choose('How do you send emails?', [
    { value: 'smtp', label: 'Through an SMTP server' },
    { value: 'api', label: 'Through the HTTP API of a provider' },
  ]);
  if (way === 'smtp') return undefined;
  const options = providers.map(({ name, title }) => ({ value: name, label: title }));
  const name = await questions.choose('Which email provider do you use?', options);
  return providers.find((each) => each.name === name);
}

const findSender = (
  given: GivenAnswers,
  draft: Omit<SmtpAnswers, 'fromEmail'>,
  questions: Questions | undefined,
): Promise<string> =>
  find(
    {
      flag: '--from',
      given: given.from,
      message: 'Sender, such as Example <noreply@example.com>',
      validate: (value) => problemOf({ ...draft, fromEmail: value }, 'fromEmail'),
    },
    questions,
  );

async function collectSmtpAnswers(
  given: GivenAnswers,
  questions: Questions | undefined,
): Promise<SmtpAnswers> {
  const passVariable = given.passEnv;
  const provider = await chooseProvider(given, questions);
  const [standardHost, ...otherHosts] = provider.hosts;
  const draft = { host: 'smtp.example.com', port: provider.port, fromEmail: 'a@example.com', passVariable };

  const host =
    given.host ??
    (otherHosts.length === 0 && standardHost !== undefined
      ? standardHost
      : await find(
          {
            flag: '--host',
            given: undefined,
            message:
              otherHosts.length > 0
                ? `SMTP server (other regions: ${otherHosts.join(', ')})`
                : 'SMTP server, such as smtp.example.com',
            standard: standardHost,
            validate: (value) => (value.trim() === '' ? 'enter the name of your SMTP server' : undefined),
          },
          questions,
        ));
  const port = await find(
    {
      flag: '--port',
      // The port of a known provider is known.
      given: given.port?.toString() ?? (standardHost === undefined ? undefined : String(provider.port)),
      message: 'Port (587 for STARTTLS, 465 for implicit TLS)',
      standard: String(provider.port),
      validate: (value) => problemOf({ ...draft, port: Number(value) }, 'port'),
    },
    questions,
  );
  const fromEmail = await findSender(given, draft, questions);
  const user = await find(
    {
      flag: '--user',
      given: given.user ?? (typeof provider.user === 'object' ? provider.user.always : undefined),
      message: 'Username (leave it empty if the server needs no login)',
      standard: provider.user === 'sender' ? parseRecipient(fromEmail) : undefined,
    },
    questions,
  );
  return { host, port: Number(port), fromEmail, passVariable, ...(user !== '' && { user }) };
}

async function chooseProvider(
  { provider, host }: GivenAnswers,
  questions: Questions | undefined,
): Promise<ProviderChoice> {
  const options = providerChoices.map(({ id, name }) => ({ value: id, label: name }));
  const asked = provider === undefined && host === undefined;
  if (asked && !questions) throw missingFlag('--provider');
  const id =
    asked && questions ? await questions.choose('Which email provider do you use?', options) : provider;
  // With `--host`, no provider is needed.
  const found = providerChoices.find((each) => each.id === (id ?? 'other'));
  if (!found) throw new CommandError('usage', `--provider: ${id} is not a known provider.`);
  return found;
}

/** Advice from the provider's rules if it discourages password logins. */
export function adviceOnLogin(answers: Answers): string | undefined {
  const { issues } = inspectConnectorConfig(starterConfig(answers), {
    variables: placeholdersFor(answers),
    rules: providerRules,
  });
  const rule = issues.find(({ path }) => path.join('.') === 'auth');
  return rule && [`${rule.message}.`, rule.hint].filter(Boolean).join(' ');
}

const checkValue = (value: string) =>
  fitsEnvFile(value)
    ? undefined
    : 'a .env file cannot contain this password: leave the field empty, and set the variable in the environment';

/** Asks for the value of a variable. The answer may be empty. */
export function askValue(
  answers: Answers,
  { find: what, isSecret }: StarterVariable,
  questions: Questions,
): Promise<string> {
  if (!('api' in answers)) return askPassword(answers, questions);
  const message = `${toTitle(what)}. It is saved in .env. Leave it empty to add it later`;
  return isSecret
    ? questions.askSecret(message, checkValue)
    : questions.ask(message, { validate: checkValue });
}

/** "a Resend API key" → "A Resend API key" */
export const toTitle = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Asks for the password and explains what the provider accepts. */
function askPassword(answers: Answers, questions: Questions): Promise<string> {
  const { issues } = inspectConnectorConfig(starterConfig(answers), {
    variables: placeholdersFor(answers),
    rules: providerRules,
  });
  const rule = issues.find(({ path }) => path.includes('pass'))?.message;
  return questions.askSecret(
    `Password${rule ? ` (${rule})` : ''}. It is saved in .env. Leave it empty to add it later`,
    checkValue,
  );
}
