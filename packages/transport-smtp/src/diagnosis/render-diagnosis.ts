import { formatPath } from '@postern/core';
import type { Diagnosis, DiagnosisProblem, DiagnosisStep } from './diagnosis.js';

/** The role of a piece of text, for coloring. */
export type TextRole = 'passed' | 'warning' | 'failed' | 'skipped' | 'response' | 'hint';

export interface RenderOptions {
  /** Adds color to a piece of text. @default no color */
  style?: ((text: string, role: TextRole) => string) | undefined;
}

const SIGNS: Readonly<Record<DiagnosisStep['status'], string>> = {
  passed: '✓',
  warning: '!',
  failed: '✗',
  skipped: '-',
};

const INDENT = '    ';
const NAME_WIDTH = 9;

/** Removes terminal control characters and bidi controls from text of servers. */
const printable = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ');

const responseLines = (response: string) =>
  response
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => `server: ${printable(line)}`);

function problemLines(
  { message, hint, path, patch, alternatives = [] }: DiagnosisProblem,
  summary: string,
): { text: string; role?: TextRole }[] {
  const where = path && path.length > 0 ? `${formatPath(path)}: ` : '';
  return [
    ...(message === summary ? [] : [{ text: `${where}${message}` }]),
    ...(hint === undefined ? [] : [{ text: `→ ${hint}`, role: 'hint' as const }]),
    ...(patch === undefined
      ? []
      : [{ text: `→ config change: ${JSON.stringify(patch)}`, role: 'hint' as const }]),
    ...alternatives.map(({ message: outcome }) => ({ text: `tried ${outcome}` })),
  ];
}

/**
 * Renders one step: its result and, if there is a problem, the server's reply, its meaning, and the fix. Several lines without a
 * trailing line break.
 */
export function renderDiagnosisStep(
  { name, status, summary, durationMs, response, problems }: DiagnosisStep,
  { style = (text) => text }: RenderOptions = {},
): string {
  const head = `${SIGNS[status]} ${name.padEnd(NAME_WIDTH)}`;
  return [
    `${style(head, status)} ${printable(summary)} (${durationMs} ms)`,
    ...(status === 'failed' && response !== undefined
      ? responseLines(response).map((line) => INDENT + style(line, 'response'))
      : []),
    ...problems
      .flatMap((problem) => problemLines(problem, summary))
      .map(({ text, role }) => INDENT + (role ? style(printable(text), role) : printable(text))),
  ].join('\n');
}

/** Renders the verdict: whether emails can be sent. One line without a trailing line break. */
export function renderVerdict(
  { verdict, steps, problem }: Diagnosis,
  { style = (text) => text }: RenderOptions = {},
): string {
  const warnings = steps.filter(({ status }) => status === 'warning').length;
  switch (verdict) {
    case 'ready': {
      const but = warnings > 0 ? ` (${warnings} ${warnings === 1 ? 'step' : 'steps'} with warnings)` : '';
      return style(`Ready to send emails${but}.`, warnings > 0 ? 'warning' : 'passed');
    }
    case 'temporary':
      return style('Temporary problem: no change is needed. Try again later.', 'warning');
    case 'broken':
      return style(`Broken: ${printable(problem?.message ?? 'emails cannot be sent')}`, 'failed');
  }
}

/** Renders a whole diagnosis: every step, then the verdict. */
export const renderDiagnosis = (diagnosis: Diagnosis, options?: RenderOptions): string =>
  [
    ...diagnosis.steps.map((step) => renderDiagnosisStep(step, options)),
    '',
    renderVerdict(diagnosis, options),
  ].join('\n');
