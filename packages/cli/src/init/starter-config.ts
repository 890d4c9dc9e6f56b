import { providerEntry, requiredKeys, variableOf } from '@postern/config-tools';
import type { ApiProvider } from '@postern/core';

const email = (usageType: string, subject: string, heading: string, purpose: string) => ({
  usageType,
  contentType: 'text/html',
  subject,
  content: [
    '<div style="max-width:26rem;margin:2rem auto;font:1rem/1.5 system-ui,sans-serif">',
    `<h1 style="font-size:1.25rem">${heading}</h1>`,
    `<p>Enter this code to ${purpose}:</p>`,
    '<p style="font-size:2rem;letter-spacing:.25rem"><b>{{code}}</b></p>',
    '<p>It is valid for 10 minutes. If you did not request it, ignore this email. Do not share the code.</p>',
    '</div>',
  ].join(''),
  text: `Enter this code to ${purpose}: {{code}}\n\nIt is valid for 10 minutes. If you did not request it, ignore this email. Do not share the code.`,
});

/** Starter templates for the emails that every sign-in flow needs. */
const STARTER_TEMPLATES = [
  email('Register', 'Confirm your email address', 'Welcome', 'confirm your email address'),
  email('SignIn', 'Your sign-in code', 'Your sign-in code', 'sign in'),
  email('ForgotPassword', 'Your password reset code', 'Set a new password', 'set a new password'),
  email('Generic', 'Your code', 'Your code', 'continue'),
];

/** The values for a starter config with an SMTP server. */
export interface SmtpAnswers {
  readonly host: string;
  readonly port: number;
  readonly fromEmail: string;
  /** Undefined if the server needs no login. */
  readonly user?: string;
  /** The name of the variable that contains the password. */
  readonly passVariable: string;
}

/** The values for a starter config with the API of a provider. */
interface ApiAnswers {
  readonly api: ApiProvider;
  readonly fromEmail: string;
}

export type Answers = SmtpAnswers | ApiAnswers;

/** A variable that a starter config refers to. */
export interface StarterVariable {
  readonly name: string;
  /** What the value is and where to find it. */
  readonly find: string;
  readonly isSecret: boolean;
}

/** The variables that must be set before the config can be used. */
export function variablesOf(answers: Answers): readonly StarterVariable[] {
  if (!('api' in answers))
    return answers.user === undefined
      ? []
      : [{ name: answers.passVariable, find: 'the SMTP password', isSecret: true }];
  return requiredKeys(answers.api).map((key) => ({
    name: variableOf(answers.api, key),
    find: key.find,
    isSecret: key.secret === true,
  }));
}

/** The keys that select how emails are sent. */
function deliveryOf(answers: Answers) {
  if ('api' in answers) return { provider: providerEntry(answers.api) };
  const { host, port, user, passVariable } = answers;
  return {
    ...{ host, port },
    ...(port === 465 && { secure: true }),
    ...(user !== undefined && { auth: { user, pass: `\${${passVariable}}` } }),
  };
}

/** A config that is valid as soon as its variables are set. */
export const starterConfig = (answers: Answers) => ({
  ...deliveryOf(answers),
  fromEmail: answers.fromEmail,
  templates: STARTER_TEMPLATES,
});
