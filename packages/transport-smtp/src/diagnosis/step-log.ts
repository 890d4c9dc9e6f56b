import { redact, remoteLines } from '@postern/core';
import type { DiagnosisProblem, DiagnosisStep } from './diagnosis.js';

type Loose<Step> = Step extends DiagnosisStep
  ? Omit<Step, 'durationMs' | 'problems'> & Partial<Pick<Step, 'durationMs' | 'problems'>>
  : never;

/** A step to report. The default duration is the time since the previous step. */
export type StepReport = Loose<DiagnosisStep>;

/** The steps so far. */
export interface StepLog {
  readonly steps: readonly DiagnosisStep[];
  /** The end of the last step, as `performance.now()`. */
  readonly endOfLast: number;
  /** Reports a step. `endedAt` is a `performance.now()` value. */
  report(step: StepReport, endedAt?: number): void;
}

export interface StepLogOptions {
  /** Values to remove from all texts. */
  secrets: () => Iterable<string>;
  /** An address to mask in all texts. */
  recipient: string | undefined;
  onStep: ((step: DiagnosisStep) => void) | undefined;
}

/** Limits the lists of a server. */
const LONGEST_LIST = 200;

/** Cleans all texts in a value, at any depth. */
function cleaned<T>(value: T, clean: (text: string) => string): T {
  if (typeof value === 'string') return clean(value) as T; // still a string
  if (Array.isArray(value)) {
    return value.slice(0, LONGEST_LIST).map((each) => cleaned(each, clean)) as T; // the same structure
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleaned(each, clean)])) as T; // the same structure
}

/** In milliseconds. */
const SLOW = 5000;

const slow = (durationMs: number): DiagnosisProblem => ({
  severity: 'warning',
  message: `This step is slow: it took ${Math.round(durationMs / 1000)} s.`,
  hint: 'Every new connection takes this long. Servers delay clients that have no reverse DNS or that failed before.',
  temporary: false,
});

export function createStepLog({ secrets, recipient, onStep }: StepLogOptions): StepLog {
  const steps: DiagnosisStep[] = [];
  let endOfLast = performance.now();
  const recipients = recipient === undefined ? [] : [recipient];
  return {
    steps,
    get endOfLast() {
      return endOfLast;
    },
    report(report, endedAt = performance.now()) {
      // A login can use two connections.
      if (report.status !== 'failed' && steps.some(({ name }) => name === report.name)) return;
      const durationMs = Math.round(report.durationMs ?? endedAt - endOfLast);
      if (report.durationMs === undefined) endOfLast = endedAt;
      const isSlow = report.status === 'passed' && durationMs > SLOW;
      const problems = [...(report.problems ?? []), ...(isSlow ? [slow(durationMs)] : [])].sort(
        (one, other) => Number(one.severity === 'warning') - Number(other.severity === 'warning'),
      );
      const hidden = [...secrets()];
      const clean = (text: string) => remoteLines(redact(text, hidden, recipients));
      const step = cleaned(
        { ...report, ...(isSlow && { status: 'warning' }), durationMs, problems } as DiagnosisStep,
        clean,
      ); // the optional properties are set
      steps.push(step);
      onStep?.(step);
    },
  };
}
