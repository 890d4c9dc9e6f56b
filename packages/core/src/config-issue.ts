import type * as z from 'zod';
import { MailError } from './mail-error.js';
import { shareAcrossCopies } from './share-across-copies.js';

/** A problem in a config. An error makes the config unusable. A warning is a likely mistake. */
export interface ConfigIssue {
  severity: 'error' | 'warning';
  /** Where in the object, outermost key first. */
  path: (string | number)[];
  /** A stable identifier for programs: `missing`, `not_allowed`, `unknown_key`, `template_syntax`, … */
  code: string;
  /** The problem and its fix. Never contains a secret. */
  message: string;
  hint?: string | undefined;
}

export const error = (path: ConfigIssue['path'], code: string, message: string): ConfigIssue => ({
  severity: 'error',
  path,
  code,
  message,
});

export const warning = (path: ConfigIssue['path'], code: string, message: string): ConfigIssue => ({
  severity: 'warning',
  path,
  code,
  message,
});

/** Thrown when a config, or the options of a function, are not valid. */
export class ConfigError extends MailError {
  /** All errors and warnings. */
  readonly issues: readonly ConfigIssue[];

  static {
    shareAcrossCopies(this, 'postern.ConfigError');
  }

  /** @param caller - the function whose options are not valid; omit it for a config */
  constructor(issues: readonly ConfigIssue[], caller?: string) {
    const errors = issues.filter(({ severity }) => severity === 'error');
    const whole = caller === undefined ? 'config' : 'options';
    const lines = errors.map(({ path, message }) => `${formatPath(path) || whole}: ${message}`);
    const subject = caller === undefined ? 'The config has' : `The options of ${caller} have`;
    const problems = errors.length === 1 ? 'problem' : 'problems';
    super('config_invalid', [`${subject} ${errors.length} ${problems}:`, ...lines].join('\n  '), {
      stage: 'config',
      hint: errors.find(({ hint }) => hint)?.hint ?? (caller === undefined ? errors[0]?.message : lines[0]),
    });
    this.name = 'ConfigError';
    this.issues = issues;
  }
}

/** `['templates', 2, 'subject']` → `templates[2].subject` */
export const formatPath = (path: readonly (string | number)[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    '',
  );

/** Converts a path to the form used in issues: indexes are numbers, and everything else is a string. */
export const toIssuePath = (path: readonly PropertyKey[]): (string | number)[] =>
  path.map((part) => (typeof part === 'number' ? part : String(part)));

/** Converts a zod issue. The input only distinguishes a missing value from a wrong one. */
export function fromZodIssue(issue: z.core.$ZodIssue): ConfigIssue {
  const path = toIssuePath(issue.path);
  const { code, hint } = (issue.code === 'custom' && issue.params) || {};
  return {
    severity: 'error',
    path,
    code: typeof code === 'string' ? code : issue.input === undefined ? 'missing' : 'not_allowed',
    message: issue.message,
    ...(typeof hint === 'string' && { hint }),
  };
}
