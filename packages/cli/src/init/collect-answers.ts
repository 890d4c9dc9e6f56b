import { inspectConnectorConfig, parseRecipient } from '@postern/core';
import { type ProviderChoice, providerChoices, providerRules } from '@postern/transport-smtp';
import { CommandError } from '../command-error.js';
import { fitsEnvFile } from './env-text.js';
import type { Questions, Validate } from './questions.js';
import { type Answers, starterConfig } from './starter-config.js';

/** The answers that were given beforehand, as flags. */
export interface GivenAnswers {
  readonly provider?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly from?: string | undefined;
  readonly user?: string | undefined;
  readonly passEnv: string;
}

/** One thing to know, and how to get to know it. */
interface Wanted {
  readonly flag: string;
  readonly given: string | undefined;
  readonly message: string;
  /** To begin with, and what it is where nobody can be asked. */
  readonly standard?: string | undefined;
  readonly validate?: Validate;
}

const nobodyToAsk = (flag: string) =>
  new CommandError('usage', `${flag} is missing, and without a terminal it cannot be asked for.`, {
    hint: 'Run it in a terminal, or give --provider (or --host), --from and --user.',
  });

async function find(
  { flag, given, message, standard, validate = () => undefined }: Wanted,
  questions: Questions | undefined,
): Promise<string> {
  if (given === undefined && questions) {
    return questions.ask(message, { validate, ...(standard !== undefined && { initialValue: standard }) });
  }
  const answer = given ?? standard;
  if (answer === undefined) throw nobodyToAsk(flag);
  const problem = validate(answer);
  if (problem !== undefined) throw new CommandError('usage', `${flag}: ${problem}.`);
  return answer;
}

/** What would be wrong with one field of the config. */
const problemOf = (answers: Answers, field: string): string | undefined =>
  inspectConnectorConfig(starterConfig(answers), {
    variables: { [answers.passVariable]: 'password' },
  }).issues.find(({ path, severity }) => severity === 'error' && path.includes(field))?.message;

/**
 * Everything that a config needs: from flags, else by asking, else (where nobody can be asked) by default.
 *
 * @throws {CommandError} `usage` when a flag is wrong, or missing where nobody can be asked
 */
export async function collectAnswers(
  given: GivenAnswers,
  questions: Questions | undefined,
): Promise<Answers> {
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
            validate: (value) => (value.trim() === '' ? 'write the name of your SMTP server' : undefined),
          },
          questions,
        ));
  const port = await find(
    {
      flag: '--port',
      // Only of a server of one's own it is not known.
      given: given.port?.toString() ?? (standardHost === undefined ? undefined : String(provider.port)),
      message: 'Port (587, or 465 for TLS from the first byte)',
      standard: String(provider.port),
      validate: (value) => problemOf({ ...draft, port: Number(value) }, 'port'),
    },
    questions,
  );
  const fromEmail = await find(
    {
      flag: '--from',
      given: given.from,
      message: 'Sender, such as Example <noreply@example.com>',
      validate: (value) => problemOf({ ...draft, fromEmail: value }, 'fromEmail'),
    },
    questions,
  );
  const user = await find(
    {
      flag: '--user',
      given: given.user ?? (typeof provider.user === 'object' ? provider.user.always : undefined),
      message: 'User name (leave it empty if the server needs no login)',
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
  if (asked && !questions) throw nobodyToAsk('--provider');
  const id = asked && questions ? await questions.choose('Who sends the emails?', options) : provider;
  // A host of one's own needs no provider.
  const found = providerChoices.find((each) => each.id === (id ?? 'other'));
  if (!found) throw new CommandError('usage', `--provider: there is no ${id}.`);
  return found;
}

/** What the provider says about logins with a password, where that is not the way to log in. */
export function adviceOnLogin(answers: Answers): string | undefined {
  const { issues } = inspectConnectorConfig(starterConfig(answers), {
    variables: { [answers.passVariable]: 'x' },
    rules: providerRules,
  });
  const rule = issues.find(({ path }) => path.join('.') === 'auth');
  return rule && [`${rule.message}.`, rule.hint].filter(Boolean).join(' ');
}

/** Says what the provider takes for a password; nothing is an answer, too. */
export function askPassword(answers: Answers, questions: Questions): Promise<string> {
  const { issues } = inspectConnectorConfig(starterConfig(answers), {
    variables: { [answers.passVariable]: 'x' },
    rules: providerRules,
  });
  const rule = issues.find(({ path }) => path.includes('pass'))?.message;
  return questions.askSecret(
    `Password${rule ? ` (${rule})` : ''}; it goes to .env. Leave it empty to write it there yourself`,
    (value) =>
      fitsEnvFile(value) ? undefined : 'a .env file can’t hold it: leave it empty, and set it elsewhere',
  );
}
