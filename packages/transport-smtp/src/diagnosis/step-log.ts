import { redact, remoteLines } from '@postern/core';
import type { DiagnosisProblem, DiagnosisStep } from './diagnosis.js';

type Loose<Step> = Step extends DiagnosisStep
  ? Omit<Step, 'durationMs' | 'problems'> & Partial<Pick<Step, 'durationMs' | 'problems'>>
  : never;

/** A step as it is reported; how long it took is the time since the one before, unless it says so itself. */
export type StepReport = Loose<DiagnosisStep>;

/** The steps so far. */
export interface StepLog {
  readonly steps: readonly DiagnosisStep[];
  /** When the last step ended, as `performance.now()`. */
  readonly endOfLast: number;
  /** `endedAt` as `performance.now()`, now unless given. */
  report(step: StepReport, endedAt?: number): void;
}

export interface StepLogOptions {
  /** What must not show up in any text. */
  secrets: () => Iterable<string>;
  /** Masked wherever it shows up. */
  recipient: string | undefined;
  onStep: ((step: DiagnosisStep) => void) | undefined;
}

/** Servers may list more than anyone reads or keeps. */
const LONGEST_LIST = 200;

/** The same value with every text in it cleaned, however deep. */
function cleaned<T>(value: T, clean: (text: string) => string): T {
  if (typeof value === 'string') return clean(value) as T; // a text for a text
  if (Array.isArray(value)) {
    return value.slice(0, LONGEST_LIST).map((each) => cleaned(each, clean)) as T; // the same list
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleaned(each, clean)])) as T; // the same keys
}

/** In milliseconds. */
const SLOW = 5000;

const slow = (durationMs: number): DiagnosisProblem => ({
  severity: 'warning',
  message: `This is slow: it took ${Math.round(durationMs / 1000)} s.`,
  hint: 'Every new connection waits as long. Servers delay clients whose address has no name in the DNS, or that failed before.',
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
      // A login may take two connections.
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
      ); // what may be left out is back
      steps.push(step);
      onStep?.(step);
    },
  };
}
