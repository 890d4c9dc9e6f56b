import { MailError, type MailStage } from '@postern/core';
import { EXIT, type ExitCode } from './command.js';
import { CommandError } from './command-error.js';
import type { Io } from './io.js';
import { countIssues, formatIssues } from './issue-list.js';
import { printable, type Style } from './printer.js';

/** A failure, for `--json` and for the terminal. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly error: Readonly<Record<string, unknown>> & { readonly code: string; readonly message: string };
  /** Several lines for the terminal. */
  format(style: Style): string;
}

export function describeFailure(error: unknown, file: string): Failure {
  if (error instanceof CommandError) return ofCommand(error, file);
  if (error instanceof MailError) return ofMail(error);
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    exitCode: EXIT.internal,
    error: { code: 'internal', message },
    format: (style) =>
      withHint(
        `${style('✗ Postern failed', 'failed')}: ${message}`,
        'This is a bug in Postern. Run the command again with --verbose to see the stack trace.',
        style,
      ),
  };
}

const withHint = (text: string, hint: string | undefined, style: Style) =>
  hint === undefined ? text : `${text}\n  ${style(`→ ${printable(hint)}`, 'hint')}`;

function ofCommand({ code, message, hint, issues = [] }: CommandError, file: string): Failure {
  return {
    exitCode: code === 'usage' || code === 'payload_invalid' ? EXIT.usage : EXIT.problem,
    error: { code, message, hint, ...(issues.length > 0 && { issues }) },
    format: (style) => {
      const list = issues.length > 0 ? `${formatIssues(file, issues, style)}\n\n` : '';
      const counts = issues.length > 0 ? ` (${countIssues(issues)})` : '';
      return withHint(`${list}${style(`✗ ${printable(message)}`, 'failed')}${counts}`, hint, style);
    },
  };
}

/** Stages before the first connection to a server. */
const LOCAL: readonly MailStage[] = ['config', 'recipient', 'payload', 'template'];

function ofMail({ code, stage, retryable, hint, message, responseCode, response }: MailError): Failure {
  return {
    exitCode: retryable ? EXIT.temporary : EXIT.problem,
    error: { code, stage, retryable, message, hint, responseCode, response },
    format: (style) => {
      const lines = [
        style(`✗ ${printable(message)}`, 'failed'),
        `  ${code} at ${stage}${retryable ? ' (temporary: try again later)' : ''}`,
        ...(response === undefined ? [] : [`  server: ${style(printable(response), 'response')}`]),
      ];
      const text = withHint(lines.join('\n'), hint, style);
      return LOCAL.includes(stage)
        ? text
        : withHint(text, 'Run npx @postern/cli doctor to check the delivery path step by step.', style);
    },
  };
}

/** Whether to print the stack of an error. */
export const wantsStack = (verbose: boolean, { env }: Io): boolean => verbose || Boolean(env.DEBUG);
