import type * as z from 'zod';
import { MailError } from '../mail-error.js';
import { shareAcrossCopies } from '../share-across-copies.js';

/** One thing about a config: an error makes it unusable, a warning is likely a mistake. */
export interface ConfigIssue {
  severity: 'error' | 'warning';
  /** Where in the object, outermost key first. */
  path: (string | number)[];
  /** Stable, for programs: `missing`, `not_allowed`, `unknown_key`, `template_syntax`, … */
  code: string;
  /** What is wrong and what to write instead. Never contains a secret. */
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

/** A config that can't be used, with everything that is wrong about it. */
export class ConfigError extends MailError {
  /** Every problem that was found, errors and warnings. */
  readonly issues: readonly ConfigIssue[];

  static {
    shareAcrossCopies(this, 'postern.ConfigError');
  }

  constructor(issues: readonly ConfigIssue[]) {
    const errors = issues.filter(({ severity }) => severity === 'error');
    const list = errors
      .map((issue) => `\n  ${formatPath(issue.path) || 'config'}: ${issue.message}`)
      .join('');
    super(
      'config_invalid',
      `The config has ${errors.length} ${errors.length === 1 ? 'problem' : 'problems'}:${list}`,
      {
        stage: 'config',
        hint: errors.find(({ hint }) => hint)?.hint ?? errors[0]?.message,
      },
    );
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

/** Turns an issue of zod into ours. The input is only looked at to tell "missing" from "wrong". */
export function fromZodIssue(issue: z.core.$ZodIssue): ConfigIssue {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const { code, hint } = (issue.code === 'custom' && issue.params) || {};
  return {
    severity: 'error',
    path,
    code: typeof code === 'string' ? code : issue.input === undefined ? 'missing' : 'not_allowed',
    message: issue.message,
    ...(typeof hint === 'string' && { hint }),
  };
}
