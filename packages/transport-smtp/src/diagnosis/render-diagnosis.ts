import { formatPath } from '@postern/core';
import type { Diagnosis, DiagnosisProblem, DiagnosisStep } from './diagnosis.js';

/** The part that a piece of text plays, for whoever wants to colour it. */
export type TextRole = 'passed' | 'warning' | 'failed' | 'skipped' | 'response' | 'hint';

export interface RenderOptions {
  /** Wraps a piece of text in colours. @default none */
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

/** Servers may send what a terminal takes for commands, or what turns the order of letters around. */
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
    ...(patch === undefined ? [] : [{ text: `→ change ${JSON.stringify(patch)}`, role: 'hint' as const }]),
    ...alternatives.map(({ message: outcome }) => ({ text: `tried ${outcome}` })),
  ];
}

/**
 * One step as text: what came of it, and if something is wrong what the server said, what that means and what to do.
 * Several lines, no line break at the end.
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

/** The verdict as text: whether emails go out. One line, no line break at the end. */
export function renderVerdict(
  { verdict, steps, problem }: Diagnosis,
  { style = (text) => text }: RenderOptions = {},
): string {
  const warnings = steps.filter(({ status }) => status === 'warning').length;
  switch (verdict) {
    case 'ready': {
      const but = warnings > 0 ? ` (${warnings} ${warnings === 1 ? 'step' : 'steps'} with warnings)` : '';
      return style(`Ready: emails go out${but}.`, warnings > 0 ? 'warning' : 'passed');
    }
    case 'temporary':
      return style('Not now: nothing has to be changed, try again later.', 'warning');
    case 'broken':
      return style(`Broken: ${printable(problem?.message ?? 'emails don’t go out')}`, 'failed');
  }
}

/** A whole diagnosis as text: every step, then the verdict. */
export const renderDiagnosis = (diagnosis: Diagnosis, options?: RenderOptions): string =>
  [
    ...diagnosis.steps.map((step) => renderDiagnosisStep(step, options)),
    '',
    renderVerdict(diagnosis, options),
  ].join('\n');
